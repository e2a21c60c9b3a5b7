/**
 * Lines that mean something to us where we read text: the delimiters of prompts and of replies, and the tags of a model's
 * thoughts. A text that holds such a line gets a backslash in front of it in a prompt, and loses one when it is read back, so
 * that no lesson can end its own block.
 */

/** Blocks of a prompt: `===FILE …===` to `===END FILE===`. */
export const PROMPT_BLOCKS = ['FILE', 'AUDIT', 'REVIEW', 'TRIES', 'REPLY', 'REMOVED'] as const;
export type PromptBlock = (typeof PROMPT_BLOCKS)[number];

/** Blocks of a reply: `===CONTENT_START===` to `===CONTENT_END===`. */
const REPLY_BLOCKS = ['CONTENT', 'META', 'ACTIVITIES', 'VOCABULARY', 'CHANGES', 'REVIEW', 'RESEARCH'] as const;

/** Characters that nobody sees, and that models set around a line: byte order mark, zero widths, no-break space, soft hyphen. */
export const UNSEEN = String.raw`\u00A0\u00AD\u200B-\u200F\u2060\uFEFF`;

const IN_PROMPT = String.raw`===(?:END )?(?:${PROMPT_BLOCKS.join('|')})(?: .*)?===\s*`;
// Models at times make the line bold, code or a heading, change its case, or put blanks within. An indented one is none: its
// block would be indented, too.
const IN_REPLY = String.raw`[${UNSEEN}]*(?:#{1,6}[ \t]+)?[*_\x60${UNSEEN}]*={3,}[ \t]*(${REPLY_BLOCKS.join('|')})[_ ](START|END)[ \t]*={3,}[*_\x60:\s${UNSEEN}]*`;
const REPLY_DELIMITER = new RegExp(`^${IN_REPLY}$`, 'i');

/** An opening or closing tag of thoughts, as reasoning models send them where their server leaves them in the reply. */
const THOUGHT_TAG = String.raw`<\/?(?:seed:)?(?:think|thinking|thoughts?|reasoning)(?:\s[^<>]*)?>|\[\/?THINK\]`;

const MEANING = new RegExp(`^(?:${IN_PROMPT}$|${IN_REPLY}$|[^]*(?:${THOUGHT_TAG}))`, 'i');

/** Whether a line means something, or would without the backslashes in front. */
const isMeaning = (line: string): boolean => MEANING.test(line.replace(/^\\+/, ''));

/** A line of text as it stands in a prompt. */
export const escapeLine = (line: string): string => (isMeaning(line) ? `\\${line}` : line);

/** The inverse; a line that was not escaped stays as it is. */
export const unescapeLine = (line: string): string => (line.startsWith('\\') && isMeaning(line) ? line.slice(1) : line);

/** A delimiter of a reply: `===CONTENT_START===`. */
export interface ReplyDelimiter {
  readonly name: string;
  readonly edge: 'START' | 'END';
}

/** Reads a line as a delimiter of a reply; null where it is none. */
export function readDelimiter(line: string): ReplyDelimiter | null {
  const match = line.includes('===') ? REPLY_DELIMITER.exec(line) : null;
  if (match === null) return null;
  const [, name = '', edge = ''] = match;
  return { name: name.toUpperCase(), edge: edge.toUpperCase() as 'START' | 'END' };
}

/** The tags of thoughts in a line, in order, with their places. An escaped line is text, and has none. */
export function thoughtTags(line: string): readonly { from: number; to: number; closes: boolean }[] {
  if (line.startsWith('\\')) return [];
  const tags = [...line.matchAll(new RegExp(THOUGHT_TAG, 'gi'))];
  // In small letters the one in brackets is a word of a lesson.
  return tags
    .filter(([tag]) => tag.startsWith('<') || tag === tag.toUpperCase())
    .map(({ 0: tag, index }) => ({ from: index, to: index + tag.length, closes: /^.\//.test(tag) }));
}
