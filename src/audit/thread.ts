import { Worker } from 'node:worker_threads';
import type { AuditReport } from '../domain/audit.ts';
import { TypedError } from '../domain/failure.ts';
import type { ModuleText } from '../domain/module.ts';
import type { AuditOptions, WholeAudit } from './audit.ts';
import type { AuditRequest, AuditResponse } from './thread-entry.ts';

/** The audit in a thread of its own, so that a long one keeps no heartbeat and no timer waiting. */
export interface AuditThread {
  /** Rejects with TypedError `AuditCrashed` where the thread dies over this module; the next one gets a new thread. */
  audit(text: ModuleText, options: AuditOptions): Promise<AuditReport>;
  /** Every gate, with the module's review (null where there is none); rejects as `audit` does. */
  auditWhole(text: ModuleText, review: string | null, options: AuditOptions): Promise<WholeAudit>;
  /** Ends the thread; what is still asked for is rejected. */
  close(): Promise<void>;
}

interface Pending {
  readonly request: AuditRequest;
  readonly resolve: (answer: AuditReport | WholeAudit) => void;
  readonly reject: (error: TypedError) => void;
}

/** Compiled, the entry lies beside this file; from source, a thread cannot load it, and the compiled one is taken. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/src/audit/thread-entry.js', import.meta.url)
  : new URL('./thread-entry.js', import.meta.url);

/** Memory of the thread, MB: a module that eats more crashes its audit, not the whole worker. */
const HEAP_MB = 512;

/** Makes the thread; it starts with the first audit, and does not keep the process alive. */
export function createAuditThread(entry: URL = ENTRY): AuditThread {
  return new LongLivedThread(entry);
}

/**
 * One request is in the thread at a time, the others wait here: so a thread that dies takes only the module with it that it
 * worked on, and not the ones behind.
 */
class LongLivedThread implements AuditThread {
  private readonly entry: URL;
  private readonly waiting: Pending[] = [];
  private current: Pending | null = null;
  private worker: Worker | null = null;
  private closed = false;
  private lastId = 0;

  constructor(entry: URL) {
    this.entry = entry;
  }

  async audit(text: ModuleText, options: AuditOptions): Promise<AuditReport> {
    return (await this.ask({ text, options })) as AuditReport;
  }

  async auditWhole(text: ModuleText, review: string | null, options: AuditOptions): Promise<WholeAudit> {
    return (await this.ask({ text, options, review })) as WholeAudit;
  }

  private ask(asked: Omit<AuditRequest, 'id'>): Promise<AuditReport | WholeAudit> {
    if (this.closed) return Promise.reject(closedError());
    this.lastId += 1;
    const request = { id: this.lastId, ...asked };
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const { worker } = this;
    this.worker = null;
    for (const { reject } of this.waiting.splice(0)) reject(closedError());
    this.settle((pending) => pending.reject(closedError()));
    await worker?.terminate();
  }

  private next(): void {
    if (this.current !== null) return;
    this.current = this.waiting.shift() ?? null;
    if (this.current === null) return;
    this.worker ??= this.start();
    this.worker.ref();
    this.worker.postMessage(this.current.request);
  }

  private start(): Worker {
    // The options of our own process (a test runner's loaders, an inspector) are not meant for this thread.
    const worker = new Worker(this.entry, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    worker.on('message', (response: AuditResponse) => this.answered(response));
    worker.on('error', (error) => this.died(worker, error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => this.died(worker, `exit code ${code}`));
    return worker;
  }

  private answered(response: AuditResponse): void {
    if (response.id !== this.current?.request.id) return;
    this.worker?.unref();
    this.settle(({ resolve, reject, request }) => {
      if ('report' in response) resolve(response.report);
      else if ('whole' in response) resolve(response.whole);
      else reject(crashed(request, response.failure));
    });
  }

  /** Told twice of one death, by `error` and by `exit`: the second has nothing more to do. */
  private died(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.settle((pending) => pending.reject(crashed(pending.request, reason)));
  }

  private settle(how: (pending: Pending) => void): void {
    const { current } = this;
    this.current = null;
    if (current !== null) how(current);
    if (!this.closed) this.next();
  }
}

/** Not worth another try: the audit is a function of the texts, so the same ones would end it again. */
function crashed({ text }: AuditRequest, reason: string): TypedError {
  const message = `the audit of ${text.ref.track}/${text.ref.slug} crashed: ${reason}`;
  return new TypedError('AuditCrashed', message.slice(0, 1000));
}

function closedError(): TypedError {
  return new TypedError('AuditCrashed', 'the audit thread was closed', { retryable: true });
}
