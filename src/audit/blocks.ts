import type { LessonLine } from './lesson-lines.ts';
import { isTableLine } from './lesson.ts';

export type BlockKind = 'heading' | 'table' | 'list' | 'quote' | 'code' | 'text';

/** Lines of a lesson that belong together: a paragraph, a table, a list, a quote, a fenced piece of code. */
export interface Block {
  readonly kind: BlockKind;
  readonly lines: readonly LessonLine[];
}

interface OpenBlock {
  readonly kind: BlockKind;
  readonly lines: LessonLine[];
}

const FENCE = /^\s*(?:```|~~~)/;

/** The blocks of a lesson; blank lines and rules part them. */
export function blocksOf(lines: readonly LessonLine[]): readonly Block[] {
  const blocks: OpenBlock[] = [];
  let open: OpenBlock | undefined;
  let inFence = false;
  for (const line of lines) {
    const fence = FENCE.test(line.text);
    if (!inFence && !fence && /^\s*(?:[-*_]{3,}\s*)?$/.test(line.text)) {
      open = undefined;
      continue;
    }
    const kind: BlockKind = inFence || fence ? 'code' : kindOf(line.text, open?.kind);
    if (open === undefined || kind !== open.kind || kind === 'heading' || (fence && !inFence)) {
      open = { kind, lines: [] };
      blocks.push(open);
    }
    open.lines.push(line);
    if (fence) {
      if (inFence) open = undefined;
      inFence = !inFence;
    }
  }
  return blocks;
}

function kindOf(text: string, before: BlockKind | undefined): BlockKind {
  if (/^ {0,3}#{1,6}(?:\s|$)/.test(text)) return 'heading';
  if (isTableLine(text)) return 'table';
  if (/^\s*>/.test(text)) return 'quote';
  if (/^\s*(?:[-*+]|\d{1,3}[.)])\s/.test(text)) return 'list';
  // An indented line goes on with the item above it.
  return before === 'list' && /^\s{2,}\S/.test(text) ? 'list' : 'text';
}
