import type { AuditOptions } from '../audit/audit.ts';
import { GATES } from '../audit/gates.ts';
import { usageError } from '../domain/errors.ts';
import type { SettingsFile } from './schema.ts';

/**
 * What the settings say about the audit.
 * @throws UserError (usage) where they name a gate that there is not.
 */
export function auditOptions(settings: SettingsFile): AuditOptions {
  const gates = settings.audit?.gates ?? {};
  for (const name of Object.keys(gates)) checkGate(name, 'audit.gates in batch-manager.yaml');
  return {
    overrides: settings.levels ?? {},
    wordTarget: settings.audit?.['word-target'] ?? 'plan',
    gates,
    mixedWords: settings.audit?.['mixed-words'] ?? [],
  };
}

/**
 * Refuses the name of a gate that there is not.
 * @throws UserError (usage) that lists those that there are.
 */
export function checkGate(name: string, where: string): void {
  const names = GATES.map((gate) => gate.name);
  if (!names.includes(name)) throw usageError(`${where} has no gate "${name}".\nGates: ${names.join(', ')}.`);
}
