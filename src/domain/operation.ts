/**
 * The operations that a batch can run. An operation is only this: a name, the child workflow that takes one module through
 * it, and the words for people. Batch, records, list, show, stop and resume know nothing of which one runs; how an operation
 * tells that a module is done already is the child's first step. `asks`: whether it asks a model.
 */
export const OPERATIONS = {
  'fix-review': {
    workflow: 'fixReviewModule',
    describe: 'audit, fix and re-review modules until they pass',
    doneBefore: 'ALREADY_PASS',
    asks: true,
  },
  research: {
    workflow: 'researchModule',
    describe: 'write the research file of modules',
    doneBefore: 'ALREADY_DONE',
    asks: true,
  },
  orchestrate: {
    workflow: 'orchestrateModule',
    describe: 'research modules, then take them through fix-review',
    doneBefore: 'ALREADY_PASS',
    asks: true,
  },
  undo: {
    workflow: 'undoModule',
    describe: 'give modules the text back that they had before a task',
    doneBefore: 'UNDONE',
    asks: false,
  },
  apply: {
    workflow: 'applyModule',
    describe: 'put in place what a task proposed',
    doneBefore: 'APPLIED',
    asks: false,
  },
} as const satisfies Record<string, { workflow: string; describe: string; doneBefore: string; asks: boolean }>;

export type Operation = keyof typeof OPERATIONS;

export const OPERATION_NAMES = Object.keys(OPERATIONS) as [Operation, ...Operation[]];

/** The operations that ask a model, over a range of a track; the others follow upon a task of theirs. */
export type AskingOperation = { [O in Operation]: (typeof OPERATIONS)[O]['asks'] extends true ? O : never }[Operation];

export const ASKING_OPERATIONS = OPERATION_NAMES.filter((name): name is AskingOperation => OPERATIONS[name].asks);
