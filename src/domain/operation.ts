/**
 * The operations that a batch can run. An operation is only this: a name, the child workflow that takes one module through
 * it, and the words for people. Batch, records, list, show, stop and resume know nothing of which one runs; how an operation
 * tells that a module is done already is the child's first step.
 */
export const OPERATIONS = {
  'fix-review': {
    workflow: 'fixReviewModule',
    describe: 'audit, fix and re-review modules until they pass',
    doneBefore: 'ALREADY_PASS',
  },
  research: {
    workflow: 'researchModule',
    describe: 'write the research file of modules',
    doneBefore: 'ALREADY_DONE',
  },
  orchestrate: {
    workflow: 'orchestrateModule',
    describe: 'research modules, then take them through fix-review',
    doneBefore: 'ALREADY_PASS',
  },
} as const satisfies Record<string, { workflow: string; describe: string; doneBefore: string }>;

export type Operation = keyof typeof OPERATIONS;

export const OPERATION_NAMES = Object.keys(OPERATIONS) as [Operation, ...Operation[]];
