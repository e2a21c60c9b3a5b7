/** The workflow bundle. */
export { batch } from './batch.ts';
export { fixReviewModule } from './fix-review.ts';
export { applyModule, undoModule } from './follow-up.ts';
export { orchestrateModule, researchModule } from './research.ts';
