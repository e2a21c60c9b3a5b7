/** What a task is doing. The last four are ends. */
export const TASK_STATUSES = ['running', 'waiting', 'paused', 'completed', 'stopped', 'failed', 'terminated'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** True where a task does nothing until a person says so. */
export function taskAtRest(status: TaskStatus): boolean {
  return taskEnded(status) || status === 'paused';
}

/** True where a task does nothing any more. */
export function taskEnded(status: TaskStatus): boolean {
  return status !== 'running' && status !== 'waiting' && status !== 'paused';
}
