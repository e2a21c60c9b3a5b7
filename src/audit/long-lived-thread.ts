import { Worker } from 'node:worker_threads';
import { TypedError } from '../domain/failure.ts';

/** What goes to a thread's entry. */
export interface ThreadRequest<Asked> {
  readonly id: number;
  readonly asked: Asked;
}

/** What its entry sends back. */
export type ThreadResponse<Answer> =
  { readonly id: number; readonly answer: Answer } | { readonly id: number; readonly failure: string };

interface Pending<Asked, Answer> {
  readonly request: ThreadRequest<Asked>;
  /** The module that it is about, for messages. */
  readonly module: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: TypedError) => void;
}

/** Memory of the thread, MB: a module that eats more crashes its audit, not the whole worker. */
const HEAP_MB = 512;

/**
 * A thread that starts with the first request and does not keep the process alive. One request is in it at a time, the others
 * wait here: so a thread that dies takes only the module with it that it worked on, and not the ones behind.
 */
export class LongLivedThread<Asked, Answer> {
  private readonly entry: URL;
  private readonly waiting: Pending<Asked, Answer>[] = [];
  private current: Pending<Asked, Answer> | null = null;
  private worker: Worker | null = null;
  private closed = false;
  private lastId = 0;

  constructor(entry: URL) {
    this.entry = entry;
  }

  /** Rejects with TypedError `AuditCrashed` where the thread dies over this request; the next one gets a new thread. */
  ask(asked: Asked, module: string): Promise<Answer> {
    if (this.closed) return Promise.reject(closedError());
    this.lastId += 1;
    const request = { id: this.lastId, asked };
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, module, resolve, reject });
      this.next();
    });
  }

  /** Ends the thread; what is still asked for is rejected. */
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
    worker.on('message', (response: ThreadResponse<Answer>) => this.answered(response));
    worker.on('error', (error) => this.died(worker, error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => this.died(worker, `exit code ${code}`));
    return worker;
  }

  private answered(response: ThreadResponse<Answer>): void {
    if (response.id !== this.current?.request.id) return;
    this.worker?.unref();
    this.settle(({ resolve, reject, module }) => {
      if ('answer' in response) resolve(response.answer);
      else reject(crashed(module, response.failure));
    });
  }

  /** Told twice of one death, by `error` and by `exit`: the second has nothing more to do. */
  private died(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = null;
    this.settle((pending) => pending.reject(crashed(pending.module, reason)));
  }

  private settle(how: (pending: Pending<Asked, Answer>) => void): void {
    const { current } = this;
    this.current = null;
    if (current !== null) how(current);
    if (!this.closed) this.next();
  }
}

/** Not worth another try: the audit is a function of the texts, so the same ones would end it again. */
function crashed(module: string, reason: string): TypedError {
  const message = `the audit of ${module} crashed: ${reason}`;
  return new TypedError('AuditCrashed', message.slice(0, 1000));
}

function closedError(): TypedError {
  return new TypedError('AuditCrashed', 'the audit thread was closed', { retryable: true });
}
