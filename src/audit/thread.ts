import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { AuditReport } from '../domain/audit.ts';
import { TypedError } from '../domain/failure.ts';
import type { ModuleText } from '../domain/module.ts';
import type { AuditOptions } from './audit.ts';

/** What goes to the thread. */
export interface AuditTask {
  readonly id: number;
  readonly text: ModuleText;
  readonly options: AuditOptions;
}

/** What comes back: the report, or why there is none. */
export type AuditAnswer =
  { readonly id: number; readonly report: AuditReport } | { readonly id: number; readonly error: string };

/** The audit away from the event loop, which goes on beating while a long lesson is counted. */
export interface AuditThread {
  /** Rejects with TypedError `AuditCrashed` where the thread dies, or the audit throws. */
  audit(text: ModuleText, options: AuditOptions): Promise<AuditReport>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (report: AuditReport) => void;
  readonly reject: (error: Error) => void;
}

/** The compiled entry beside this file; from the sources (in tests) the one that the build made. */
function entry(): URL {
  const beside = new URL('./thread-entry.js', import.meta.url);
  return existsSync(fileURLToPath(beside)) ? beside : new URL('../../dist/src/audit/thread-entry.js', import.meta.url);
}

/** One long-lived thread, started at the first audit and again where it died. */
export function createAuditThread(): AuditThread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let next = 0;

  const died = (reason: string): void => {
    worker = null;
    for (const { reject } of waiting.values()) reject(new TypedError('AuditCrashed', `The audit crashed: ${reason}`));
    waiting.clear();
  };
  const start = (): Worker => {
    const started = new Worker(entry());
    started.on('message', (answer: AuditAnswer) => settle(waiting, answer));
    started.once('error', (error) => died(error.message));
    started.once('exit', (code) => started === worker && died(`its thread ended with code ${code}`));
    // The process may end while no audit is under way.
    started.unref();
    return started;
  };

  return {
    audit: (text, options) =>
      new Promise((resolve, reject) => {
        next += 1;
        waiting.set(next, { resolve, reject });
        worker ??= start();
        worker.ref();
        worker.postMessage({ id: next, text, options } satisfies AuditTask);
      }),
    close: async () => {
      const ending = worker;
      worker = null;
      await ending?.terminate();
    },
  };
}

function settle(waiting: Map<number, Waiting>, answer: AuditAnswer): void {
  const asked = waiting.get(answer.id);
  waiting.delete(answer.id);
  if ('report' in answer) asked?.resolve(answer.report);
  else asked?.reject(new TypedError('AuditCrashed', `The audit crashed: ${answer.error}`));
}
