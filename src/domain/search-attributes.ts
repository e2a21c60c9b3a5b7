/** The search attributes that batches and modules set, with their types, as the server has to know them. */
export const SEARCH_ATTRIBUTES = {
  CurWorkspace: 'Keyword',
  CurBatch: 'Keyword',
  CurOp: 'Keyword',
  CurTrack: 'Keyword',
  CurModule: 'Keyword',
  CurStatus: 'Keyword',
  CurModel: 'Keyword',
  CurDone: 'Int',
  CurTotal: 'Int',
  CurFailed: 'Int',
  CurScore: 'Double',
} as const satisfies Record<string, 'Keyword' | 'Int' | 'Double'>;
