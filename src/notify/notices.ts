/**
 * Tells somebody that a task is over, waits or failed. Invariants:
 * 1. At most once an event: it is marked as told before it is, so a crash in between tells nobody.
 * 2. No task waits for it, and nothing that becomes of it changes a task: it is said in the log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readDuration } from '../config/duration.ts';
import type { SettingsFile } from '../config/schema.ts';
import { noticeEvent, type NoticeEvent } from '../domain/notice.ts';
import type { TaskWait } from '../domain/wait.ts';
import { faultPoint } from '../process/fault-point.ts';
import type { Notified, NotifiedStore } from '../store/notified.ts';
import type { TaskRecord } from '../store/records.ts';
import { appendLog } from '../store/task-log.ts';
import type { Workspace } from '../store/workspace.ts';
import { noticeOf } from './notice.ts';
import { sendByCommand, sendByPost, type SendOptions } from './send.ts';

/** Time that a hook may take where the settings say nothing, ms. */
const TIMEOUT_MS = 10_000;

/** How long a worker that ends waits for hooks that run, ms. */
const SETTLE_MS = 3000;

interface News {
  readonly event: NoticeEvent;
  readonly wait: TaskWait | null;
  readonly reason: string | null;
}

/** Modules that wait for an answer, while others may go on; null where there is none. */
function questionOf({ modules }: TaskRecord): string | null {
  const asking = Object.entries(modules).filter(([, { question, outcome }]) => question !== null && outcome === null);
  const [first, ...others] = asking;
  if (first === undefined) return null;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${first[0]}${more} cannot pass and ${others.length === 0 ? 'waits' : 'wait'} for your answer: ${first[1].question}`;
}

export class Notices {
  private readonly workspace: Workspace;
  private readonly store: NotifiedStore;
  private readonly settings: () => SettingsFile;
  private readonly env: () => NodeJS.ProcessEnv;
  private readonly running = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  /**
   * @param settings gives the settings as they are now.
   * @param env gives the environment in which proxies are looked for.
   */
  constructor(
    workspace: Workspace,
    store: NotifiedStore,
    settings: () => SettingsFile,
    env: () => NodeJS.ProcessEnv = () => process.env,
  ) {
    this.workspace = workspace;
    this.store = store;
    this.settings = settings;
    this.env = env;
  }

  /**
   * Takes up a task's record; tells of it where there is something to tell that was not told. It returns once that is marked.
   * Calls for one task must come one after the other.
   */
  async note(record: TaskRecord): Promise<void> {
    try {
      for (const news of await this.mark(record)) {
        faultPoint('notify:marked');
        const { event, wait, reason } = news;
        this.tell(event, { ...record, wait, reason });
      }
    } catch (error) {
      // What cannot be marked is not told; the task goes on all the same.
      await this.log(record, 'not told', (error as Error).message).catch(() => undefined);
    }
  }

  /** Marks what is to be told now, and gives it. */
  private async mark(record: TaskRecord): Promise<News[]> {
    const { task_id: taskId, status, wait, reason } = record;
    const told = await this.store.get(taskId);
    if (told.ended) return [];
    const event = noticeEvent(status, wait);
    const question = event === 'done' || event === 'failed' ? null : questionOf(record);
    const now: Notified = {
      ended: event === 'done' || event === 'failed',
      parked: event === 'parked' ? reason : null,
      asked: question !== null,
    };
    if (now.ended === told.ended && now.parked === told.parked && now.asked === told.asked) return [];
    const news: News[] = [];
    if (question !== null && !told.asked) news.push({ event: 'parked', wait: 'needs-you', reason: question });
    if (event !== null && (now.ended || now.parked !== told.parked)) news.push({ event, wait, reason });
    if (news.length > 0 && !this.isConfigured()) return [];
    await this.store.put(taskId, now);
    return news;
  }

  private isConfigured(): boolean {
    const { command, url } = this.settings().notify ?? {};
    return command !== undefined || url !== undefined;
  }

  /** Waits a short while for hooks that run, then ends them. */
  async close(): Promise<void> {
    const all = Promise.all(this.running);
    await Promise.race([all, sleep(SETTLE_MS, undefined, { ref: false })]);
    this.closing.abort(new Error('the worker ended'));
    await all;
  }

  private tell(event: NoticeEvent, record: TaskRecord): void {
    const told = this.send(event, record)
      .catch((error: unknown) => this.log(record, event, (error as Error).message))
      // A disk that takes no log line harms nothing either.
      .catch(() => undefined)
      .finally(() => this.running.delete(told));
    this.running.add(told);
  }

  private async send(event: NoticeEvent, record: TaskRecord): Promise<void> {
    const { command, url, timeout = 0 } = this.settings().notify ?? {};
    const timeoutMs = readDuration(String(timeout), 'notify.timeout in batch-manager.yaml') || TIMEOUT_MS;
    const notice = noticeOf(event, record, this.workspace.root);
    const options: SendOptions = { notice, timeoutMs, signal: this.closing.signal, env: this.env() };
    const sent = [
      ...(command === undefined ? [] : [sendByCommand(command, this.workspace.root, options)]),
      ...(url === undefined ? [] : [sendByPost(url, options)]),
    ];
    await Promise.all(sent.map(async (said) => this.log(record, event, await said)));
  }

  private log(record: TaskRecord, event: NoticeEvent | 'not told', text: string): Promise<void> {
    return appendLog(this.workspace, record.task_id, { subject: 'task', event: 'notify', text: `${event}: ${text}` });
  }
}
