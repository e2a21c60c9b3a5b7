import { fence } from './files-block.ts';
import { KeptText } from './kept-text.ts';
import { lostEntries } from './lost-entries.ts';
import { lostSections } from './lost-sections.ts';
import { FIXABLE_KINDS, type FixableKind, type ModuleText } from './module.ts';
import { wordsOf } from './sections.ts';
import { yamlEntries } from './yaml-entries.ts';

/** A paragraph of which less than this share is still there was taken out or written anew. */
const GONE_SHARE = 0.3;
/** Words of a paragraph; shorter ones are headings, labels and rules. */
const PARAGRAPH_WORDS = 6;

/** Paragraphs and entries that are shown of each file, and characters of each: more would crowd out the module itself. */
const SHOWN = 20;
const SHOWN_LENGTH = 300;

/**
 * What a candidate no longer has of its base, for its reviewer: sections, paragraphs and entries, between `===REMOVED===` and
 * `===END REMOVED===`. Null where nothing beyond small edits is gone. The same two versions give the same text.
 */
export function removedText(base: ModuleText, candidate: ModuleText): string | null {
  const parts = FIXABLE_KINDS.flatMap((kind) => {
    const [old, text] = [base.files[kind], candidate.files[kind]];
    return old === null || text === null || old === text ? [] : removedOf(kind, old, text);
  });
  return parts.length === 0 ? null : fence('REMOVED', parts.join('\n'));
}

function removedOf(kind: FixableKind, old: string, text: string): readonly string[] {
  const gone = kind === 'lesson' ? goneFromLesson(old, text) : goneFromList(old, text);
  if (gone.length === 0) return [];
  const shown = gone.slice(0, SHOWN);
  const rest = gone.length - shown.length;
  return [
    `Gone from the ${kind} (${wordsOf(old).length} words before, ${wordsOf(text).length} now):`,
    ...shown.map((line) => `- ${line}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

function goneFromLesson(old: string, text: string): readonly string[] {
  const sections = lostSections(old, text).map(
    ({ title, body }) => `section "${title}" (${wordsOf(body).length} words)`,
  );
  const left = new KeptText(text);
  const paragraphs = old.split(/\n\s*\n/).filter((paragraph) => {
    if (wordsOf(paragraph).length < PARAGRAPH_WORDS) return false;
    const isGone = left.shareOf(paragraph) < GONE_SHARE;
    if (!isGone) left.spend(paragraph);
    return isGone;
  });
  return [...sections, ...paragraphs.map((paragraph) => `text: ${shortened(paragraph)}`)];
}

function goneFromList(old: string, text: string): readonly string[] {
  const after = yamlEntries(text);
  return lostEntries(yamlEntries(old), after).map(({ name }) => `entry: ${shortened(name)}`);
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= SHOWN_LENGTH ? line : `${line.slice(0, SHOWN_LENGTH)} […]`;
}
