/**
 * What every reader of a reply does first. It takes away what is not part of the answer: unseen characters at the start, the
 * carriage returns of line ends, and the thoughts of a reasoning model whose server leaves them in the reply. The text within
 * blocks is not touched.
 */
import { readDelimiter, thoughtTags, UNSEEN } from './delimiter-line.ts';

/** Blank lines and unseen characters; not the blanks of an indented line. */
const LEADING = new RegExp(`^(?:[${UNSEEN}]|[ \\t]*\\r?\\n)+`);

/** A reply without what is not its answer. */
export function replyText(reply: string): string {
  return withoutThoughts(reply.replace(LEADING, '').replaceAll('\r\n', '\n'));
}

/** What may stand in front of an opening tag: thoughts begin a line. */
const NOTHING = new RegExp(`^[\\s${UNSEEN}]*$`);

/** Where a reader of the lines stands. */
interface Place {
  readonly kept: string[];
  /** The block that is open. */
  block: string | null;
  /** Opening tags within the block that are not closed: a text may speak of such tags. */
  opened: number;
  /** The lines since an opening tag outside of a block, without the tag; null where none is open. */
  thought: string[] | null;
}

/**
 * Drops thoughts: from a tag that opens outside of a block to the next one that closes, drafts of blocks included. One that
 * closes what nothing opened ends thoughts that began with the reply: some servers keep the opening tag to themselves. Where
 * thoughts never end, the answer is looked for in them.
 */
function withoutThoughts(text: string): string {
  if (!/<\/?[a-z:]*(?:think|thought|reasoning)|\[\/?THINK/i.test(text)) return text;
  const place: Place = { kept: [], block: null, opened: 0, thought: null };
  for (const line of text.split('\n')) readLine(place, line);
  if (place.thought !== null) place.kept.push(...answerIn(place.thought));
  return place.kept.join('\n').replace(LEADING, '');
}

function readLine(place: Place, line: string): void {
  const tags = thoughtTags(line);
  let from = 0;
  for (const tag of tags) {
    const before = line.slice(from, tag.from);
    if (place.thought !== null) {
      if (tag.closes) place.thought = null;
      else place.thought.push(before);
    } else if (place.block !== null && (!tag.closes || place.opened > 0)) {
      // Part of the block's text: the line is kept as it is, and counted.
      for (const { closes } of tags) place.opened = Math.max(0, place.opened + (closes ? -1 : 1));
      place.kept.push(line.slice(from));
      return;
    } else if (tag.closes) {
      place.kept.length = 0;
      place.block = null;
    } else if (NOTHING.test(before)) {
      place.thought = [];
    } else {
      // A sentence that speaks of the tag.
      place.kept.push(line.slice(from));
      return;
    }
    from = tag.to;
  }
  const rest = line.slice(from);
  if (place.thought !== null) place.thought.push(rest);
  else if (tags.length === 0 || !NOTHING.test(rest)) keepLine(place, rest);
}

function keepLine(place: Place, line: string): void {
  const delimiter = readDelimiter(line);
  if (delimiter?.edge === 'START' && place.block === null) {
    place.block = delimiter.name;
    place.opened = 0;
  } else if (delimiter?.edge === 'END' && delimiter.name === place.block) {
    place.block = null;
  }
  place.kept.push(line);
}

/** What may be the answer within thoughts that never end: from the first block or JSON object on. */
function answerIn(lines: readonly string[]): readonly string[] {
  const start = lines.findIndex((line) => readDelimiter(line)?.edge === 'START' || /^\s*\{/.test(line));
  return start === -1 ? [] : lines.slice(start);
}
