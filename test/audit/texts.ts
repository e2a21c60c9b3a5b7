import type { AuditOptions } from '../../src/audit/audit.ts';
import { auditModule } from '../../src/audit/audit.ts';
import type { GateResult } from '../../src/domain/audit.ts';
import type { FileKind, ModuleRef, ModuleText } from '../../src/domain/module.ts';

export const TABLE: AuditOptions = { overrides: {}, wordTarget: 'table' };

/** A module of the given files; the others are absent. */
export function moduleText(files: Partial<Record<FileKind, string>>, ref: Partial<ModuleRef> = {}): ModuleText {
  const absent = { lesson: null, meta: null, activities: null, vocabulary: null, plan: null };
  return { ref: { track: 'b1', slug: '20-module', number: 20, ...ref }, files: { ...absent, ...files } };
}

/** What one gate says of a module. */
export function gateOf(name: string, text: ModuleText, options: AuditOptions = TABLE): GateResult {
  const result = auditModule(text, options).gates.find((gate) => gate.gate === name);
  if (result === undefined) throw new Error(`there is no gate ${name}`);
  return result;
}

/** So many words. */
export function words(count: number): string {
  return Array.from({ length: count }, (_, index) => `слово${index}`).join(' ');
}
