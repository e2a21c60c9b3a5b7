import type { Check } from '../check.ts';
import { correctOptionCheck, doubledActivityCheck, doubledItemCheck } from './activities.ts';
import { answerCheck } from './answers.ts';
import { calloutCheck, codeFenceCheck } from './callouts.ts';
import { practiceCheck, summaryCheck } from './closing.ts';
import { doubledHeadingCheck, headingLevelCheck, headingSpaceCheck } from './headings.ts';
import { doubledParagraphCheck } from './paragraphs.ts';
import { brokenCharacterCheck, doubledWordCheck, mixedScriptCheck, quotesCheck } from './prose.ts';
import { titleCheck } from './title.ts';
import { translateKeyCheck } from './translate-key.ts';
import { doubledWordEntryCheck, glossCheck } from './vocabulary.ts';
import { blankLineCheck, trailingSpaceCheck } from './whitespace.ts';
import { yamlCheck } from './yaml-slips.ts';

/**
 * All checks, in the order in which they are mended: first what keeps other tools from reading a file, then what a lesson
 * lacks, then what is wrong in it, last what only looks untidy.
 */
export const CHECKS: readonly Check[] = [
  yamlCheck,
  codeFenceCheck,
  headingSpaceCheck,
  titleCheck,
  summaryCheck,
  practiceCheck,
  calloutCheck,
  answerCheck,
  doubledActivityCheck,
  doubledItemCheck,
  correctOptionCheck,
  translateKeyCheck,
  doubledHeadingCheck,
  doubledParagraphCheck,
  doubledWordCheck,
  mixedScriptCheck,
  brokenCharacterCheck,
  doubledWordEntryCheck,
  glossCheck,
  headingLevelCheck,
  quotesCheck,
  trailingSpaceCheck,
  blankLineCheck,
];
