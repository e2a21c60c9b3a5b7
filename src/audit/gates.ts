import { activitiesGate } from './activities-gate.ts';
import { audioGate } from './audio-gate.ts';
import { contentHeavyGate } from './content-heavy-gate.ts';
import { densityGate } from './density-gate.ts';
import { engagementGate } from './engagement-gate.ts';
import type { Gate } from './gate.ts';
import { immersionGate } from './immersion-gate.ts';
import { lintGate } from './lint-gate.ts';
import { metaGate } from './meta-gate.ts';
import { naturalnessGate } from './naturalness-gate.ts';
import { outlineGate } from './outline-gate.ts';
import { pedagogyGate } from './pedagogy-gate.ts';
import { priorityGate } from './priority-gate.ts';
import { requiredTypesGate } from './required-types-gate.ts';
import { reviewGate } from './review-gate.ts';
import { richnessGate } from './richness-gate.ts';
import { schemaGate } from './schema-gate.ts';
import { structureGate } from './structure-gate.ts';
import { uniqueTypesGate } from './unique-types-gate.ts';
import { vocabularyGate } from './vocabulary-gate.ts';
import { wordsGate } from './words-gate.ts';
import { yamlGate } from './yaml-gate.ts';

/** Every gate of the built-in audit, in the order of its report. */
export const GATES: readonly Gate[] = [
  yamlGate,
  metaGate,
  structureGate,
  wordsGate,
  outlineGate,
  engagementGate,
  immersionGate,
  richnessGate,
  lintGate,
  activitiesGate,
  densityGate,
  uniqueTypesGate,
  priorityGate,
  requiredTypesGate,
  schemaGate,
  pedagogyGate,
  vocabularyGate,
  naturalnessGate,
  reviewGate,
  contentHeavyGate,
  audioGate,
];
