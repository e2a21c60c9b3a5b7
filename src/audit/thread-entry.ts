/** What runs in the audit's thread: one report for each request. */
import { parentPort } from 'node:worker_threads';
import type { AuditReport } from '../domain/audit.ts';
import type { ModuleText } from '../domain/module.ts';
import { auditModule, type AuditOptions } from './audit.ts';

export interface AuditRequest {
  readonly id: number;
  readonly text: ModuleText;
  readonly options: AuditOptions;
}

export type AuditResponse =
  { readonly id: number; readonly report: AuditReport } | { readonly id: number; readonly failure: string };

parentPort?.on('message', (request: AuditRequest) => parentPort?.postMessage(respond(request)));

function respond({ id, text, options }: AuditRequest): AuditResponse {
  try {
    return { id, report: auditModule(text, options) };
  } catch (error) {
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
