/**
 * Blocks of a model's reply: `===CONTENT_START===` … `===CONTENT_END===`. Delimiters count only as whole lines: replies echo
 * their prompt, and a delimiter named within a sentence is no block. A block must be closed, stand alone and come once.
 */
export type CutBlocks =
  { readonly ok: true; readonly blocks: ReadonlyMap<string, string> } | { readonly ok: false; readonly reason: string };

/** Cuts the blocks with one of the names out of a reply, byte for byte; what stands outside of them is ignored. */
export function cutBlocks(reply: string, names: readonly string[]): CutBlocks {
  const blocks = new Map<string, string>();
  let open: { readonly name: string; readonly from: number } | null = null;
  for (const { name, edge, start, end } of delimiterLines(reply, names)) {
    if (edge === 'START') {
      if (open !== null) return failed(`===${name}_START=== stands inside of the block ${open.name}`);
      if (blocks.has(name)) return failed(`the block ${name} is there twice`);
      open = { name, from: end };
    } else {
      if (open === null) return failed(`===${name}_END=== stands without its ===${name}_START===`);
      if (open.name !== name) return failed(`===${name}_END=== stands inside of the block ${open.name}`);
      blocks.set(name, stripFence(body(reply, open.from, start)));
      open = null;
    }
  }
  return open === null ? { ok: true, blocks } : failed(`the block ${open.name} is not closed: the reply was cut`);
}

const failed = (reason: string): CutBlocks => ({ ok: false, reason });

interface DelimiterLine {
  readonly name: string;
  readonly edge: 'START' | 'END';
  /** Offset of the line's first character. */
  readonly start: number;
  /** Offset after the line's newline. */
  readonly end: number;
}

function* delimiterLines(reply: string, names: readonly string[]): Generator<DelimiterLine> {
  for (const match of reply.matchAll(/^===([A-Z]+)_(START|END)===[ \t]*\r?$/gm)) {
    const name = match[1] ?? '';
    if (!names.includes(name)) continue;
    yield { name, edge: match[2] as 'START' | 'END', start: match.index, end: match.index + match[0].length + 1 };
  }
}

/** The bytes between the newline after START and the newline before END. */
function body(reply: string, from: number, to: number): string {
  return to <= from ? '' : reply.slice(from, to).replace(/\r?\n$/, '');
}

/**
 * Drops a code fence that wraps a whole block, a habit of models. A bare fence line closes the first one, so a block that
 * merely begins and ends with code keeps both.
 */
function stripFence(block: string): string {
  const lines = block.split('\n');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  const opening = /^(`{3,})([\w-]*)\s*$/.exec(lines[0] ?? '');
  if (opening === null || last < 1 || lines[last]?.trim() !== opening[1]) return block;
  const inner = lines.slice(1, last);
  return isBalanced(inner) ? inner.join('\n').replace(/\r$/, '') : block;
}

function isBalanced(lines: readonly string[]): boolean {
  let open = false;
  for (const line of lines) {
    const fence = /^\s*`{3,}(.*)$/.exec(line);
    if (fence === null) continue;
    const bare = fence[1]?.trim() === '';
    if (bare !== open) return false;
    open = !open;
  }
  return !open;
}
