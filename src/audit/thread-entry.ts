/** What runs in the audit's thread: one report for each request. */
import { parentPort } from 'node:worker_threads';
import type { AuditReport } from '../domain/audit.ts';
import type { ModuleText } from '../domain/module.ts';
import { auditModule, auditWhole, type AuditOptions, type WholeAudit } from './audit.ts';

export interface AuditRequest {
  readonly id: number;
  readonly text: ModuleText;
  readonly options: AuditOptions;
  /** Where it is given, every gate is asked for, with what files of an audit tell; null: there is no review. */
  readonly review?: string | null;
}

export type AuditResponse =
  | { readonly id: number; readonly report: AuditReport }
  | { readonly id: number; readonly whole: WholeAudit }
  | { readonly id: number; readonly failure: string };

parentPort?.on('message', (request: AuditRequest) => parentPort?.postMessage(respond(request)));

function respond({ id, text, options, review }: AuditRequest): AuditResponse {
  try {
    if (review !== undefined) return { id, whole: auditWhole(text, review, options) };
    return { id, report: auditModule(text, options) };
  } catch (error) {
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
