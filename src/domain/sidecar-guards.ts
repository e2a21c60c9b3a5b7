import type { FixableKind } from './module.ts';
import { indentOf, splitEntries } from './yaml-entries.ts';

/** Keys that tell which module a sidecar belongs to: their values stay. */
const IDENTITY_KEYS = ['module', 'slug'] as const;
/** Keys that a sidecar keeps where it had them. */
const REQUIRED_KEYS: Readonly<Record<'meta' | 'vocabulary', readonly string[]>> = {
  meta: ['module', 'slug', 'level', 'version', 'naturalness'],
  vocabulary: ['module', 'slug', 'level', 'version', 'items'],
};

/** Without it a new sidecar is none. */
const NEEDED_KEY = { meta: 'module', vocabulary: 'items' } as const;

interface TopLevelKey {
  readonly key: string;
  readonly value: string;
  /** The key's own line and all that is indented under it. */
  readonly section: string;
}

/**
 * Why a new sidecar lost what it must keep. Works on lines, not on parsed YAML: the old text is often one that does not parse,
 * which is why it is being fixed. A missing space after a colon counts as the key all the same.
 */
export function sidecarGuards(kind: FixableKind, old: string | null, block: string): readonly string[] {
  if (kind === 'activities') return activitiesGuards(old, block);
  if (kind === 'lesson') return [];
  const before = topLevel(old ?? '');
  const after = topLevel(block);
  const had = (key: string): boolean => before.some((entry) => entry.key === key);
  const has = (key: string): boolean => after.some((entry) => entry.key === key);
  const problems = REQUIRED_KEYS[kind].filter((key) => had(key) && !has(key)).map((key) => `lost its key ${key}`);
  if (old === null && !has(NEEDED_KEY[kind])) problems.push(`has no key ${NEEDED_KEY[kind]}`);
  problems.push(...IDENTITY_KEYS.filter((key) => had(key) && has(key)).flatMap((key) => sameValue(key, before, after)));
  if (kind === 'meta') problems.push(...naturalnessGuard(before, after));
  return problems;
}

function topLevel(text: string): readonly TopLevelKey[] {
  const entries: { key: string; value: string; section: string }[] = [];
  for (const line of text.replaceAll('\r', '').split('\n')) {
    const match = /^["']?([A-Za-z_][\w-]*)["']?\s*:(.*)$/.exec(line);
    const last = entries.at(-1);
    if (match !== null) entries.push({ key: match[1] ?? '', value: plain(match[2] ?? ''), section: line });
    else if (last !== undefined && !/^\s*(?:#|$)/.test(line)) last.section += `\n${line}`;
  }
  return entries;
}

/** A scalar's text without quotes, blanks and comment. */
const plain = (value: string): string =>
  value
    .replace(/\s+#.*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');

function sameValue(key: string, before: readonly TopLevelKey[], after: readonly TopLevelKey[]): readonly string[] {
  const old = before.filter((entry) => entry.key === key).map((entry) => entry.value);
  const got = after.find((entry) => entry.key === key)?.value ?? '';
  return old.some((value) => value.normalize('NFC') === got.normalize('NFC'))
    ? []
    : [`is not about this module: its ${key} is "${got}" instead of "${old[0]}"`];
}

/** The mark for naturalness is a person's: a fix that could give it to itself would pass its own work. */
function naturalnessGuard(before: readonly TopLevelKey[], after: readonly TopLevelKey[]): readonly string[] {
  const marks = (entries: readonly TopLevelKey[]): readonly string[] =>
    entries
      .filter((entry) => entry.key === 'naturalness')
      .map((entry) => entry.section.normalize('NFC').replace(/["'\s]/g, ''));
  const old = marks(before);
  return marks(after).every((mark) => old.includes(mark)) ? [] : ["changes naturalness, which is a person's mark"];
}

/** A list stays a list, and no entry loses its type or title. */
function activitiesGuards(old: string | null, block: string): readonly string[] {
  const got = countEntries(block);
  if (got === null) return old !== null && countEntries(old) === null ? [] : ['is no longer a list of activities'];
  const had = old === null ? null : countEntries(old);
  const problems: string[] = [];
  for (const key of ['type', 'title'] as const) {
    const lacking = got.entries - got[key];
    if (lacking > (had === null ? 0 : had.entries - had[key]))
      problems.push(`has ${lacking} activities without ${key}`);
  }
  return problems;
}

interface EntryCount {
  readonly entries: number;
  readonly type: number;
  readonly title: number;
}

/**
 * Counts the entries of a block list, top-level or under `activities:`, and those that have a type and a title. Null where
 * there is no block list.
 */
function countEntries(text: string): EntryCount | null {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:#|---|$)/.test(line));
  const start = lines.findIndex((line) => /^\s*-/.test(line));
  const lead = lines.slice(0, Math.max(0, start));
  if (start === -1 || lead.some((line) => !/^["']?[A-Za-z_][\w-]*["']?\s*:/.test(line))) return null;
  const indent = indentOf(lines[start] ?? '');
  const entries = splitEntries(lines.slice(start), indent);
  const counts = (key: string): number => entries.filter((entry) => hasKey(entry, key)).length;
  return { entries: entries.length, type: counts('type'), title: counts('title') };
}

/** True where an entry has the key at its own level, not within its items. */
function hasKey(entry: readonly string[], key: string): boolean {
  const [first = '', ...rest] = entry;
  const own = first.replace('-', ' ');
  const level = own.trim() === '' ? indentOf(rest[0] ?? '') : indentOf(own);
  const pattern = new RegExp(`^\\s*["']?${key}["']?\\s*:`);
  return [own, ...rest].some((line) => indentOf(line) === level && pattern.test(line));
}
