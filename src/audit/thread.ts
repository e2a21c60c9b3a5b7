import type { AuditReport } from '../domain/audit.ts';
import { moduleKey, type ModuleText } from '../domain/module.ts';
import type { AuditOptions } from './audit.ts';
import { LongLivedThread } from './long-lived-thread.ts';
import type { AuditAsked } from './thread-entry.ts';

/** The audit in a thread of its own, so that a long one keeps no heartbeat and no timer waiting. */
export interface AuditThread {
  /** Rejects with TypedError `AuditCrashed` where the thread dies over this module; the next one gets a new thread. */
  audit(text: ModuleText, options: AuditOptions): Promise<AuditReport>;
  /** Ends the thread; what is still asked for is rejected. */
  close(): Promise<void>;
}

/** Compiled, the entry lies beside this file; from source, a thread cannot load it, and the compiled one is taken. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('../../dist/src/audit/thread-entry.js', import.meta.url)
  : new URL('./thread-entry.js', import.meta.url);

/** Makes the thread; it starts with the first audit, and does not keep the process alive. */
export function createAuditThread(entry: URL = ENTRY): AuditThread {
  const thread = new LongLivedThread<AuditAsked, AuditReport>(entry);
  return {
    audit: (text, options) => thread.ask({ text, options }, moduleKey(text.ref)),
    close: () => thread.close(),
  };
}
