import { readDelimiter, unescapeLine } from './delimiter-line.ts';

/**
 * Blocks of a model's reply: `===CONTENT_START===` … `===CONTENT_END===`. Delimiters count only as whole lines: replies echo
 * their prompt, and a delimiter named within a sentence is no block. A block must be closed, stand alone and come once.
 */
export type CutBlocks =
  { readonly ok: true; readonly blocks: ReadonlyMap<string, string> } | { readonly ok: false; readonly reason: string };

/**
 * Cuts the blocks with one of the names out of a reply, as `replyText` gives it. What stands in a block is kept byte for byte,
 * but for the backslashes of the prompt and a code fence around all of it; what stands outside of blocks is ignored.
 */
export function cutBlocks(reply: string, names: readonly string[]): CutBlocks {
  const lines = reply.split('\n');
  const blocks = new Map<string, string>();
  let open: { readonly name: string; readonly at: number } | null = null;
  for (const [at, line] of lines.entries()) {
    const delimiter = readDelimiter(line);
    if (delimiter === null || !names.includes(delimiter.name)) continue;
    const { name, edge } = delimiter;
    if (edge === 'START') {
      if (open !== null) return failed(`===${name}_START=== stands inside of the block ${open.name}`);
      if (blocks.has(name)) return failed(`the block ${name} is there twice`);
      open = { name, at };
    } else {
      if (open === null) return failed(`===${name}_END=== stands without its ===${name}_START===`);
      if (open.name !== name) return failed(`===${name}_END=== stands inside of the block ${open.name}`);
      blocks.set(name, bodyOf(lines, open.at, at));
      open = null;
    }
  }
  return open === null ? { ok: true, blocks } : failed(`the block ${open.name} is not closed: the reply was cut`);
}

const failed = (reason: string): CutBlocks => ({ ok: false, reason });

/** The text between two delimiter lines. */
function bodyOf(lines: readonly string[], start: number, end: number): string {
  const body = lines.slice(start + 1, end);
  const around = { before: lines.slice(0, start).findLast(isFilled), after: lines.slice(end + 1).find(isFilled) };
  return stripFence(body, around).map(unescapeLine).join('\n');
}

const isFilled = (line: string): boolean => line.trim() !== '';

const OPENING = /^\s*(`{3,}|~{3,})\s*([\w-]*)\s*$/;

/**
 * Drops a code fence that wraps a whole text, a habit of models. A bare fence line closes the first one, so a text that merely
 * begins and ends with code keeps both. `around` are the next lines outside: a fence may open before the block and close in it,
 * or the other way round.
 */
export function stripFence(
  lines: readonly string[],
  around: { readonly before?: string | undefined; readonly after?: string | undefined } = {},
): readonly string[] {
  const first = lines.findIndex(isFilled);
  const last = lines.findLastIndex(isFilled);
  const opening = OPENING.exec(lines[first] ?? '')?.[1];
  const closing = /^\s*(`{3,}|~{3,})\s*$/.exec(lines[last] ?? '')?.[1];
  if (opening !== undefined && opening === closing && last > first) {
    const inner = lines.slice(first + 1, last);
    return isBalanced(inner) ? inner : lines;
  }
  if (opening !== undefined && around.after?.trim() === opening && isBalanced(lines.slice(first + 1)))
    return lines.slice(first + 1);
  const isOpenBefore = closing !== undefined && OPENING.exec(around.before ?? '')?.[1] === closing;
  return isOpenBefore && isBalanced(lines.slice(0, last)) ? lines.slice(0, last) : lines;
}

function isBalanced(lines: readonly string[]): boolean {
  let open = false;
  for (const line of lines) {
    const fence = /^\s*(?:`{3,}|~{3,})(.*)$/.exec(line);
    if (fence === null) continue;
    const bare = fence[1]?.trim() === '';
    if (bare !== open) return false;
    open = !open;
  }
  return !open;
}
