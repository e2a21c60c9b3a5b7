import { join } from 'node:path';
import { z } from 'zod';
import type { AuditReport, GateResult } from '../domain/audit.ts';
import { FILE_KINDS } from '../domain/module.ts';
import { readJson, sha256, writeWork } from './atomic.ts';
import { Recent } from './recent.ts';
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
/** A report as it is kept. */
export const reportSchema = z.object({ passed: z.boolean(), gates: z.array(gateSchema) });

/** Results kept in memory: those of the modules that are open. */
const KEPT = 128;

/**
 * Audit results by (version, what was audited with). Kept, so that an audit command's timings or moods do not change a
 * prompt: a prompt that changed would be paid again after a restart.
 */
export class AuditStore {
  private readonly folder: string;
  private readonly recent = new Recent<AuditReport | GateResult>(KEPT);

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'audits');
  }

  private file(version: string, by: string): string {
    return join(this.folder, version.slice(0, 2), `${version}-${sha256(by).slice(0, 16)}.json`);
  }

  /** The built-in audit's report; `by` names its settings and the program's version. */
  async report(version: string, by: string): Promise<AuditReport | null> {
    return this.read(this.file(version, by), reportSchema);
  }

  /** The audit command's result; `by` is the command. */
  async gate(version: string, by: string): Promise<GateResult | null> {
    return this.read(this.file(version, by), gateSchema);
  }

  async put(version: string, by: string, result: AuditReport | GateResult): Promise<void> {
    const file = this.file(version, by);
    await writeWork(file, JSON.stringify(result));
    this.recent.set(file, result);
  }

  private async read<T extends AuditReport | GateResult>(file: string, schema: z.ZodType<T>): Promise<T | null> {
    const known = this.recent.get(file);
    if (known !== undefined) return known as T;
    const parsed = schema.safeParse(await readJson(file));
    if (!parsed.success) return null;
    this.recent.set(file, parsed.data);
    return parsed.data;
  }
}
