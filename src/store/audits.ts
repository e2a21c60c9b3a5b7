import { join } from 'node:path';
import { z } from 'zod';
import type { AuditReport, GateResult } from '../domain/audit.ts';
import { FILE_KINDS } from '../domain/module.ts';
import { readJson, sha256, writeAtomic } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const findingSchema = z.object({
  gate: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  file: z.enum(FILE_KINDS).exactOptional(),
  line: z.number().exactOptional(),
  column: z.number().exactOptional(),
  hint: z.string().exactOptional(),
});
const gateSchema = z.object({
  gate: z.string(),
  status: z.enum(['pass', 'warn', 'fail', 'info']),
  message: z.string(),
  findings: z.array(findingSchema),
});
const reportSchema = z.object({ passed: z.boolean(), gates: z.array(gateSchema) });

/**
 * Audit results by (version, what was audited with). Kept, so that an audit command's timings or moods do not change a
 * prompt: a prompt that changed would be paid again after a restart.
 */
export class AuditStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'audits');
  }

  private file(version: string, by: string): string {
    return join(this.folder, version.slice(0, 2), `${version}-${sha256(by).slice(0, 16)}.json`);
  }

  /** The built-in audit's report; `by` names its settings and the program's version. */
  async report(version: string, by: string): Promise<AuditReport | null> {
    const parsed = reportSchema.safeParse(await readJson(this.file(version, by)));
    return parsed.success ? parsed.data : null;
  }

  /** The audit command's result; `by` is the command. */
  async gate(version: string, by: string): Promise<GateResult | null> {
    const parsed = gateSchema.safeParse(await readJson(this.file(version, by)));
    return parsed.success ? parsed.data : null;
  }

  async put(version: string, by: string, result: AuditReport | GateResult): Promise<void> {
    await writeAtomic(this.file(version, by), JSON.stringify(result));
  }
}
