import { cutBlocks, stripFence } from './delimited.ts';
import { comparable } from './comparable.ts';
import type { FixableKind } from './module.ts';
import { placeholderLines } from './placeholder.ts';
import { replyText } from './reply-text.ts';
import { strangeCharacters } from './strange-characters.ts';

/** Which file each block of a fix reply replaces. */
const FILE_BLOCKS: Readonly<Record<string, FixableKind>> = {
  CONTENT: 'lesson',
  META: 'meta',
  ACTIVITIES: 'activities',
  VOCABULARY: 'vocabulary',
};

export type FixReply =
  | {
      readonly ok: true;
      /** The files that the reply replaces, each byte for byte as its block stands. */
      readonly blocks: Readonly<Partial<Record<FixableKind, string>>>;
      /** What the model says it changed. */
      readonly changes: string | null;
    }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads the reply to a fix prompt: whole files between `===CONTENT_START===` and `===CONTENT_END===` (lesson), and so META,
 * ACTIVITIES, VOCABULARY and CHANGES. A reply with CHANGES alone says that nothing was changed.
 */
export function parseFixReply(text: string): FixReply {
  const cut = cutBlocks(replyText(text), [...Object.keys(FILE_BLOCKS), 'CHANGES']);
  if (!cut.ok) return cut;
  if (cut.blocks.size === 0) return { ok: false, reason: 'the reply has no block between whole-line delimiters' };
  const blocks = Object.entries(FILE_BLOCKS).flatMap(([name, kind]) => {
    const block = cut.blocks.get(name);
    return block === undefined ? [] : [[kind, block] as const];
  });
  return { ok: true, blocks: Object.fromEntries(blocks), changes: cut.blocks.get('CHANGES') ?? null };
}

/** A line that only the header of a review has. */
const REVIEW_HEADER = /^[\s>*_#-]*Overall\sScore\b/i;

/**
 * The review in a reply: what stands between `===REVIEW_START===` and `===REVIEW_END===`, or the whole reply where it has no
 * delimiters but the header of a review. Null where there is none, or it is cut off.
 */
export function extractReview(reply: string): string | null {
  const text = replyText(reply);
  const cut = cutBlocks(text, ['REVIEW']);
  if (!cut.ok) return null;
  const block = cut.blocks.get('REVIEW');
  if (block !== undefined) return block;
  const lines = unwrapped(text.split('\n'), (line) => REVIEW_HEADER.test(line));
  return lines.some((line) => REVIEW_HEADER.test(line)) ? lines.join('\n').trim() : null;
}

/** The text in a code fence with chatter around it, where the line that is looked for is in it; else the lines as they are. */
function unwrapped(lines: readonly string[], isWanted: (line: string) => boolean): readonly string[] {
  const wanted = lines.findIndex(isWanted);
  const isFence = (line: string): boolean => /^\s*(?:`{3,}|~{3,})\s*[\w-]*\s*$/.test(line);
  const first = lines.findIndex(isFence);
  const last = lines.findLastIndex(isFence);
  return first < wanted && wanted < last ? stripFence(lines.slice(first, last + 1)) : lines;
}

/** The headed parts that a research file must have, as `## ` headings; a heading may go on after these words. */
export const RESEARCH_PARTS = [
  'Основні факти',
  'Хронологія',
  'Первинні джерела',
  'Деколонізаційні нотатки',
  'Використані джерела',
] as const;

/** A research file of fewer bytes than this is none; the rule by which a later run passes over it. */
const RESEARCH_MIN_BYTES = 500;

/**
 * The research file in a reply: what stands between `===RESEARCH_START===` and `===RESEARCH_END===`, from its first heading
 * on. Ends with a newline; empty where there is none, or it is cut off. A reply without the delimiters holds none: nobody can
 * tell the file from what the model says about it.
 */
export function parseResearchReply(reply: string): string {
  const cut = cutBlocks(replyText(reply), ['RESEARCH']);
  const block = cut.ok ? (cut.blocks.get('RESEARCH') ?? '') : '';
  const isHeading = (line: string): boolean => /^#{1,2} \S/.test(line);
  const lines = unwrapped(block.split('\n'), isHeading);
  const first = lines.findIndex(isHeading);
  return first === -1 ? '' : `${lines.slice(first).join('\n').trim()}\n`;
}

/** Why a reply's text is not to be looked at, by its finish reason; null where it came to its end. */
export function unfinished(finishReason: string): string | null {
  if (finishReason === 'length') return 'the reply was cut at the length limit';
  return finishReason === 'content-filter' ? 'the provider blocked the reply' : null;
}

/** Whether a reply is of no use to anybody, whatever was asked: cut, blocked, or without a text. */
export function isPlainlyUseless({
  text,
  finishReason,
}: {
  readonly text: string;
  readonly finishReason: string;
}): boolean {
  return unfinished(finishReason) !== null || replyText(text).trim() === '';
}

/** Why a research file cannot be kept, as sentences; empty where it can. */
export function checkResearch(text: string, finishReason: string): readonly string[] {
  const reasons: string[] = [];
  const ended = unfinished(finishReason);
  if (ended !== null) reasons.push(ended);
  if (text.trim() === '') return [...reasons, 'there is no research between its delimiters in the reply'];
  const missing = RESEARCH_PARTS.filter((part) => !hasPart(text, part));
  if (missing.length > 0) reasons.push(`these parts are missing or empty: ${missing.join(', ')}`);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= RESEARCH_MIN_BYTES) reasons.push(`it has ${bytes} bytes, more than ${RESEARCH_MIN_BYTES} are wanted`);
  const [placeholder] = placeholderLines(text);
  if (placeholder !== undefined) reasons.push(`a placeholder stands for text: "${placeholder}"`);
  return [...reasons, ...strangeCharacters('', text).map((problem) => `it ${problem}`)];
}

/** True where a heading begins with the part's name and something stands under it. */
function hasPart(text: string, part: string): boolean {
  const sections = text.split(/^## /m).slice(1);
  const section = sections.find((candidate) => comparable(candidate).startsWith(comparable(part)));
  return section !== undefined && section.split('\n').slice(1).join('\n').trim() !== '';
}
