import type { Finding } from '../domain/audit.ts';
import { bareSlug } from '../domain/module.ts';
import type { Gate, GateInput } from './gate.ts';
import { sidecarValue } from './sidecars.ts';
import { asList, asRecord, cut, field } from './values.ts';
import { positiveInteger } from './word-target.ts';

const GATE = 'meta';

/** Whether the meta is there and of this module; what is odd in it warns, since older forms of it lack most keys. */
export const metaGate: Gate = {
  name: GATE,
  title: 'Meta',
  group: null,
  check(input) {
    if (input.text.files.meta === null)
      return warned([warning('There is no meta file', 'Write the meta file with module, level, slug and version.')]);
    const meta = sidecarValue(input.sidecars.meta);
    // What cannot be read, or is no mapping, is told by the gate yaml.
    const findings = asRecord(meta) === null ? [] : [...slugFindings(meta, input), ...outlineFindings(meta)];
    return findings.length === 0 ? { gate: GATE, status: 'pass', message: 'Valid meta', findings } : warned(findings);
  },
};

function slugFindings(meta: unknown, { text }: GateInput): readonly Finding[] {
  const slug = field(meta, 'slug');
  const { slug: wanted } = text.ref;
  if (typeof slug !== 'string' || slug === wanted || bareSlug(slug) === bareSlug(wanted)) return [];
  return [warning(`slug is '${cut(slug, 60)}' in the module ${wanted}`, `Set slug: ${wanted} in the meta file.`)];
}

function outlineFindings(meta: unknown): readonly Finding[] {
  const findings: Finding[] = [];
  const target = field(meta, 'word_target');
  if (target !== undefined && target !== null && positiveInteger(target) === null)
    findings.push(warning("word_target is not a number of words, and doesn't count", 'Write word_target: 4000.'));
  const outline = field(meta, 'content_outline');
  if (outline !== undefined && outline !== null && asList(outline) === null)
    findings.push(
      warning("content_outline is not a list, and doesn't count", 'Write it as a list of section and words.'),
    );
  return findings;
}

const warning = (message: string, hint: string): Finding => ({
  gate: GATE,
  severity: 'warning',
  message,
  file: 'meta',
  hint,
});

function warned(findings: readonly Finding[]): ReturnType<Gate['check']> {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return { gate: GATE, status: 'warn', message: `${first?.message ?? ''}${more}`, findings };
}
