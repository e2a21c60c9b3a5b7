import { parseAudit, type PromptGate } from '../../domain/audit-block.ts';
import { parseFiles, unfence } from '../../domain/files-block.ts';
import type { Ask } from '../model.ts';
import type { ModuleView } from './check.ts';

/** What a prompt asks of the offline model, read from the prompt alone, as a real model has to. */
export interface OfflineRequest {
  readonly ask: Exclude<Ask, 'again'>;
  readonly view: ModuleView;
  /** Gates of the audit; none where the prompt shows no audit. */
  readonly gates: readonly PromptGate[];
  readonly auditPassed: boolean;
  /** How many fixes of these very files failed. */
  readonly tries: number;
}

/** Reads a prompt; null where it shows no module. */
export function readRequest(ask: Ask, prompt: string): OfflineRequest | null {
  const files = parseFiles(prompt);
  if (files === null) return null;
  const audit = parseAudit(prompt);
  const entries = Object.entries(files.files).map(([kind, text]) => [kind, text.replaceAll('\r\n', '\n')]);
  return {
    ask: ask === 'again' ? askOf(prompt) : ask,
    view: { ...files, files: Object.fromEntries(entries) as ModuleView['files'] },
    gates: audit?.gates ?? [],
    auditPassed: audit?.passed ?? true,
    tries: Number(/^(\d+) (?:try|tries)\b/.exec(unfence('TRIES', prompt) ?? '')?.[1] ?? 0),
  };
}

/** What the request within a second try asks for: each names the delimiters of its own reply, as whole lines. */
function askOf(prompt: string): Exclude<Ask, 'again'> {
  if (/^===CONTENT_START===\s*$/m.test(prompt)) return 'fix';
  return /^===RESEARCH_START===\s*$/m.test(prompt) ? 'research' : 'review';
}
