import { countsLine, stoppedInText } from '../src/domain/log-texts.ts';
import { taskEnded } from '../src/domain/task-status.ts';
import { appliedRounds, backupFolder } from '../src/store/backups.ts';
import { faultPoint } from '../src/process/fault-point.ts';
import { liveRecord } from '../src/store/record-schema.ts';
import { countOutcomes, type ModuleRecord, type TaskRecord } from '../src/store/records.ts';
import { appendLog, lastLines, logFile } from '../src/store/task-log.ts';
import type { ModuleRecordDelta } from '../workflows/contract.ts';
import type { BatchSteps, RecordTaskInput } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** Brings a task's record up to date. All values are absolute, so that a repeated step changes nothing. */
export function createRecordTask(deps: Deps): BatchSteps['recordTask'] {
  return (input) =>
    deps.locks.run(`record ${input.taskId}`, async () => {
      const record = await deps.records.get(input.taskId);
      if (record === null) return null;
      // A late repetition must not take an ended task for running; only a module that runs again opens it.
      if (taskEnded(record.status) && !taskEnded(input.status) && input.reopened.length === 0) return null;
      const updated = await updatedRecord(deps, record, input);
      await deps.records.put(updated);
      faultPoint('record:written');
      await deps.notices.note(updated);
      // A pause and its end are logged with who asked for them.
      if (updated.status === 'paused' || (record.status === 'paused' && !taskEnded(updated.status))) return null;
      if (updated.status === record.status && updated.reason === record.reason) return null;
      const text = updated.reason ?? (taskEnded(updated.status) ? countsLine(updated.counts) : 'goes on');
      const line = { event: updated.status, text };
      await appendLog(deps.workspace, input.taskId, { subject: 'task', ...line });
      return line;
    });
}

async function updatedRecord(deps: Deps, record: TaskRecord, input: RecordTaskInput): Promise<TaskRecord> {
  const now = new Date().toISOString();
  const modules = { ...record.modules };
  for (const slug of input.reopened) {
    const module = modules[slug];
    if (module !== undefined) modules[slug] = { ...module, outcome: null, detail: 'runs again' };
  }
  for (const { slug, question } of input.questions ?? []) {
    const module = modules[slug];
    if (module !== undefined) modules[slug] = { ...module, question };
  }
  for (const delta of input.ended) modules[delta.slug] = await moduleRecord(deps, record, delta);
  if (input.status === 'stopped') stopTheRest(modules);
  return {
    ...record,
    modules,
    counts: countOutcomes(modules),
    ...(await limits(deps, record.task_id)),
    ...(input.live && liveRecord(input.live)),
    settings: record.settings && { ...record.settings, ...input.live },
    cost: await deps.books.cost(record.task_id),
    status: input.status,
    reason: input.reason,
    wait: input.wait ?? null,
    // The workspace may have been moved since the start.
    output_file: logFile(deps.workspace, record.task_id),
    updated_at: now,
    ended_at: taskEnded(input.status) ? now : null,
    stopped_at: input.status === 'stopped' ? now : null,
  };
}

/** What `set` may have changed since the start. */
async function limits(deps: Deps, taskId: string): Promise<Partial<Pick<TaskRecord, 'concurrency' | 'budget_usd'>>> {
  const now = await deps.gates.limitsOf(taskId);
  // A width of 0 pauses; the record says with which one the task goes on.
  return now === null
    ? {}
    : { budget_usd: now.budgetUsd, ...(now.concurrency > 0 && { concurrency: now.concurrency }) };
}

/** Modules that never started have no child that reports. */
function stopTheRest(modules: Record<string, ModuleRecord>): void {
  for (const [slug, module] of Object.entries(modules)) {
    if (module.outcome === null) modules[slug] = { ...module, outcome: 'STOPPED', detail: 'not started' };
  }
}

async function moduleRecord(deps: Deps, record: TaskRecord, delta: ModuleRecordDelta): Promise<ModuleRecord> {
  const { number, outcome, score, rounds, suspicious, failure, detail, runId } = delta;
  const module = {
    number,
    outcome,
    score,
    rounds,
    // A run that started again on a person's text knows nothing of what one before it changed.
    changed: delta.changed || (await roundsOf(deps, record, delta.slug)) > 0,
    suspicious,
    failure,
    detail,
    run_id: runId,
    question: null,
  };
  return (outcome === 'STOPPED' || outcome === 'SKIPPED') && detail === ''
    ? { ...module, ...(await stoppedAt(deps, record, delta.slug, outcome)) }
    : module;
}

/** A cancelled child reports nothing: where it stood is in the log, what it changed in the backups. */
async function stoppedAt(
  deps: Deps,
  record: TaskRecord,
  slug: string,
  outcome: 'STOPPED' | 'SKIPPED',
): Promise<Pick<ModuleRecord, 'changed' | 'rounds' | 'detail'>> {
  const [last] = await lastLines(deps.workspace, record.task_id, `${record.track}/${slug}`, 1);
  const rounds = await roundsOf(deps, record, slug);
  const changed = rounds > 0;
  return { changed, rounds, detail: stoppedInText(outcome, last?.event ?? null, changed) };
}

/** Rounds in which the task changed a module; its research is none. */
async function roundsOf(deps: Deps, { task_id, track }: TaskRecord, slug: string): Promise<number> {
  const rounds = await appliedRounds(backupFolder(deps.workspace, task_id, { track, slug }));
  return rounds.filter(({ files }) => files.some(({ kind }) => kind !== 'research')).length;
}
