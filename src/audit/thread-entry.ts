/** What runs in the audit's thread: one report for each request. */
import type { ModuleText } from '../domain/module.ts';
import { auditModule, type AuditOptions } from './audit.ts';
import { answerRequests } from './thread-port.ts';

export interface AuditAsked {
  readonly text: ModuleText;
  readonly options: AuditOptions;
}

answerRequests(({ text, options }: AuditAsked) => auditModule(text, options));
