/** The audit's thread: audits what it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import { auditModule } from './audit.ts';
import type { AuditAnswer, AuditTask } from './thread.ts';

parentPort?.on('message', ({ id, text, options }: AuditTask) => parentPort?.postMessage(answer(id, text, options)));

function answer(id: number, text: AuditTask['text'], options: AuditTask['options']): AuditAnswer {
  try {
    return { id, report: auditModule(text, options) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
