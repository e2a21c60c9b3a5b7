import type { SettingsFile } from './schema.ts';

/**
 * Checks what the schema cannot: the names of gates. Those are loaded only where the settings name one, since all other
 * commands do without them.
 * @throws UserError (usage) for a gate that there is not.
 */
export async function checkAuditSettings(settings: SettingsFile): Promise<void> {
  if (settings.audit?.gates !== undefined) (await import('./audit-options.ts')).auditOptions(settings);
}
