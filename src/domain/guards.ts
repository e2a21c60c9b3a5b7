import type { Requests } from './asked-for.ts';
import { sizeGuards } from './size-guards.ts';
import { thoughtTags } from './delimiter-line.ts';
import { lessonGuard } from './lesson-guard.ts';
import { FIXABLE_KINDS, type FixableKind, type ModuleText } from './module.ts';
import { placeholderLines } from './placeholder.ts';
import { sidecarGuards } from './sidecar-guards.ts';
import { strangeCharacters } from './strange-characters.ts';

/** The files that a fix reply replaces. */
export type FixBlocks = Readonly<Partial<Record<FixableKind, string>>>;

export interface FixToCheck {
  /** The module that the fix was asked for. */
  readonly base: ModuleText;
  readonly blocks: FixBlocks;
  /** What review, plan and person ask for: text that they want out may go. */
  readonly requests?: Requests;
  /** Words that meta or plan ask of the lesson; left out where they do not say. */
  readonly wordTarget?: number | undefined;
  /** Why a sidecar does not parse, with its place; null where it does. Injected: the domain knows no YAML library. */
  readonly yamlError: (kind: FixableKind, text: string) => string | null;
}

/**
 * The guards on a fix reply: why it must not become a candidate, as sentences that the next prompt can quote; empty where it
 * may. They see to it that a module is not cut, emptied, mixed up with another one, or broken.
 */
export function checkFix(fix: FixToCheck): string[] {
  const changed = FIXABLE_KINDS.flatMap((kind) => {
    const block = fix.blocks[kind];
    return block === undefined ? [] : [{ kind, block }];
  });
  if (changed.length === 0) return ['the reply replaces no file'];
  return changed.flatMap(({ kind, block }) => {
    const problems = block.trim() === '' ? ['is empty'] : fileProblems(fix, kind, block);
    return problems.map((problem) => `${kind} ${problem}`);
  });
}

function fileProblems(fix: FixToCheck, kind: FixableKind, block: string): readonly string[] {
  const old = fix.base.files[kind];
  // Of another module's text it would say nothing that its sections are missing.
  const foreign = kind === 'lesson' && old !== null ? lessonGuard(old, block) : [];
  if (foreign.length > 0) return foreign;
  const size =
    old === null ? [] : sizeGuards({ kind, old, block, requests: fix.requests ?? [], wordTarget: fix.wordTarget });
  const problems = [...size, ...strangeCharacters(old ?? '', block), ...leftovers(old ?? '', block)];
  if (kind === 'lesson') return problems;
  const error = fix.yamlError(kind, block);
  if (error !== null) problems.push(`does not parse: ${error}`);
  return [...problems, ...sidecarGuards(kind, old, block)];
}

/** What a model leaves in a file that is no part of it: notes in the place of text, and its thoughts. */
function leftovers(old: string, block: string): readonly string[] {
  const lines = (text: string): readonly string[] => text.normalize('NFC').split('\n');
  const kept = new Set(lines(old).map((line) => line.trim()));
  const placeholder = placeholderLines(block.normalize('NFC')).find((line) => !kept.has(line));
  const thought = lines(block).find((line) => thoughtTags(line).length > 0 && !kept.has(line.trim()));
  return [
    ...(placeholder === undefined ? [] : [`has a placeholder for text: "${placeholder}"`]),
    ...(thought === undefined ? [] : [`has the thoughts of the model in it: "${thought.trim().slice(0, 60)}"`]),
  ];
}

/** True where a reply changes nothing: no file, or each as it was but for line ends and the form of its letters. */
export function isUnchanged(base: ModuleText, blocks: FixBlocks): boolean {
  return FIXABLE_KINDS.every((kind) => {
    const block = blocks[kind];
    const old = base.files[kind];
    return block === undefined || applyLineEnds(old, block).normalize('NFC') === old?.normalize('NFC');
  });
}

/**
 * The text to write for a reply's block: its bytes, with the line ends, the final newline and the byte order mark of the file
 * before. A new file gets LF and a final newline. Where a file mixes line ends, the more frequent ones are taken for all.
 */
export function applyLineEnds(base: string | null, block: string): string {
  const mark = base?.startsWith(BYTE_ORDER_MARK) === true ? BYTE_ORDER_MARK : '';
  return mark + withLineEnds(base, block.replace(/^\uFEFF+/, ''));
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
