import { activitiesGate } from './activities-gate.ts';
import { densityGate } from './density-gate.ts';
import type { Gate } from './gate.ts';
import { structureGate } from './structure-gate.ts';
import { uniqueTypesGate } from './unique-types-gate.ts';
import { vocabularyGate } from './vocabulary-gate.ts';
import { wordsGate } from './words-gate.ts';
import { yamlGate } from './yaml-gate.ts';

/** Every gate of the built-in audit, in the order of its report. */
export const GATES: readonly Gate[] = [
  yamlGate,
  structureGate,
  wordsGate,
  activitiesGate,
  densityGate,
  uniqueTypesGate,
  vocabularyGate,
];
