import { lessonGuard } from './lesson-guard.ts';
import { FIXABLE_KINDS, type FixableKind, type ModuleText } from './module.ts';
import { placeholderLines } from './placeholder.ts';
import { sidecarGuards } from './sidecar-guards.ts';

/** The files that a fix reply replaces. */
export type FixBlocks = Readonly<Partial<Record<FixableKind, string>>>;

export interface FixToCheck {
  /** The module that the fix was asked for. */
  readonly base: ModuleText;
  readonly blocks: FixBlocks;
  /** Words that meta or plan ask of the lesson; left out where they do not say. */
  readonly wordTarget?: number | undefined;
  /** Why a sidecar does not parse, with its place; null where it does. Injected: the domain knows no YAML library. */
  readonly yamlError: (kind: FixableKind, text: string) => string | null;
}

/**
 * A file may lose text to a fix, but one that is shorter than this share of the old is a reply that left text out; except
 * for a lesson that is so much longer than its plan asks that the plan's length is less.
 */
const SMALLEST_SHARE = 0.6;

function smallestShare(kind: FixableKind, old: string, wordTarget: number | undefined): number {
  if (kind !== 'lesson' || wordTarget === undefined) return SMALLEST_SHARE;
  const words = old.split(/\s+/).filter((word) => word !== '').length;
  return Math.min(SMALLEST_SHARE, wordTarget / Math.max(1, words));
}

/**
 * The guards on a fix reply: why it must not become a candidate, as sentences that the next prompt can quote; empty where it
 * may. They see to it that a module is not cut, emptied, mixed up with another one, or broken.
 */
export function checkFix({ base, blocks, wordTarget, yamlError }: FixToCheck): string[] {
  const reasons: string[] = [];
  const changed = FIXABLE_KINDS.flatMap((kind) => {
    const block = blocks[kind];
    return block === undefined ? [] : [{ kind, block }];
  });
  if (changed.length === 0) reasons.push('the reply replaces no file');
  for (const { kind, block } of changed) {
    const old = base.files[kind];
    const smallest = smallestShare(kind, old ?? '', wordTarget);
    const problems = block.trim() === '' ? ['is empty'] : fileProblems(kind, old, block, smallest, yamlError);
    reasons.push(...problems.map((problem) => `${kind} ${problem}`));
  }
  return reasons;
}

function fileProblems(
  kind: FixableKind,
  old: string | null,
  block: string,
  smallest: number,
  yamlError: FixToCheck['yamlError'],
): readonly string[] {
  const problems: string[] = [];
  const share = old === null ? 1 : length(block) / Math.max(1, length(old));
  if (share < smallest) problems.push(`has ${Math.floor(share * 100)} % of its old size: text was left out`);
  const kept = new Set((old ?? '').split('\n').map((line) => line.trim()));
  const placeholder = placeholderLines(block).find((line) => !kept.has(line));
  if (placeholder !== undefined) problems.push(`has a placeholder for text: "${placeholder}"`);
  if (kind === 'lesson') return old === null ? problems : [...problems, ...lessonGuard(old, block)];
  const error = yamlError(kind, block);
  if (error !== null) problems.push(`does not parse: ${error}`);
  return [...problems, ...sidecarGuards(kind, old, block)];
}

/** Length without carriage returns and outer blanks, so that line ends do not count. */
const length = (text: string): number => text.replaceAll('\r', '').trim().length;

/** True where a reply changes nothing: no file, or each as it was but for line ends. */
export function isUnchanged(base: ModuleText, blocks: FixBlocks): boolean {
  return FIXABLE_KINDS.every((kind) => {
    const block = blocks[kind];
    return block === undefined || applyLineEnds(base.files[kind], block) === base.files[kind];
  });
}

/**
 * The text to write for a reply's block: its bytes, with the line ends, the final newline and the byte order mark of the file
 * before. A new file gets LF and a final newline. Where a file mixes line ends, the more frequent ones are taken for all.
 */
export function applyLineEnds(base: string | null, block: string): string {
  const mark = base?.startsWith(BYTE_ORDER_MARK) === true ? BYTE_ORDER_MARK : '';
  return mark + withLineEnds(base, block.startsWith(BYTE_ORDER_MARK) ? block.slice(1) : block);
}

const BYTE_ORDER_MARK = '\uFEFF';

function withLineEnds(base: string | null, block: string): string {
  const lines = block.replaceAll('\r\n', '\n');
  const text = base === null || base === '' || base.endsWith('\n') ? `${lines}\n` : lines.replace(/\n+$/, '');
  return usesCrlf(base ?? '') ? text.replaceAll('\n', '\r\n') : text;
}

function usesCrlf(text: string): boolean {
  const all = text.split('\n').length - 1;
  const crlf = text.split('\r\n').length - 1;
  return crlf > all - crlf;
}
