/** The workflow bundle. */
export { batch } from './batch.ts';
export { fixReviewModule } from './fix-review.ts';
export { orchestrateModule, researchModule } from './research.ts';
