/**
 * The variable that marks every process of one run: its value is the run's own id. A child inherits it wherever it goes, so
 * that one with a session of its own is found too.
 */
export const MARK_NAME = 'BATCH_MANAGER_RUN';
