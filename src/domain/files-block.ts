import { escapeLine, PROMPT_BLOCKS, unescapeLine, type PromptBlock } from './delimiter-line.ts';
import { FILE_KINDS, type FileKind, type ModuleRef, type ModuleText } from './module.ts';

/** How text stands in a prompt: between `===NAME …===` and `===END NAME===`, each a whole line; see delimiter-line.ts. */
const OPENING = new RegExp(`^===(${PROMPT_BLOCKS.join('|')})(?: (.*))?===\\s*$`);
const ABSENT = 'ABSENT';

/** Sets text between delimiters. A final newline is not carried: read back, a text that is not empty always ends with one. */
export function fence(name: PromptBlock, text: string, label = ''): string {
  const head = label === '' ? `===${name}===` : `===${name} ${label}===`;
  const body = text === '' ? [] : text.replace(/\n$/, '').split('\n').map(escapeLine);
  return [head, ...body, `===END ${name}===`].join('\n');
}

/** A block as it was found in a prompt. */
interface FoundBlock {
  readonly name: PromptBlock;
  readonly label: string;
  readonly text: string;
}

/** All closed blocks of a prompt, in order. What stands inside of one is text, never a block. */
function findBlocks(prompt: string): readonly FoundBlock[] {
  const found: FoundBlock[] = [];
  const lines = prompt.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const match = OPENING.exec(lines[index] ?? '');
    if (match === null) continue;
    const name = match[1] as PromptBlock;
    const label = match[2] ?? '';
    if (name === 'FILE' && label.endsWith(` ${ABSENT}`)) {
      found.push({ name, label, text: '' });
      continue;
    }
    const end = lines.findIndex((line, at) => at > index && line.trimEnd() === `===END ${name}===`);
    if (end === -1) continue;
    const body = lines.slice(index + 1, end).map(unescapeLine);
    found.push({ name, label, text: body.length === 0 ? '' : `${body.join('\n')}\n` });
    index = end;
  }
  return found;
}

/** The text of the first block of that name; null where there is none, or it is not closed. */
export function unfence(name: PromptBlock, prompt: string): string | null {
  return findBlocks(prompt).find((block) => block.name === name)?.text ?? null;
}

/** One file as it stands in a prompt: `===FILE lesson b1/06-x.md===`; an absent one is a single line that says so. */
export function renderFile(ref: Pick<ModuleRef, 'track' | 'slug'>, kind: FileKind, text: string | null): string {
  const label = `${kind} ${filePath(ref, kind)}`;
  return text === null ? `===FILE ${label} ${ABSENT}===` : fence('FILE', text, label);
}

/** All files of a module as they stand in a prompt, absent ones too. */
export function renderFiles(text: ModuleText): string {
  return FILE_KINDS.map((kind) => renderFile(text.ref, kind, text.files[kind])).join('\n\n');
}

/** The files of a module as read back from a prompt. Kinds that are absent, or cut off, are not there. */
export interface PromptFiles {
  readonly track: string;
  readonly slug: string;
  readonly files: Readonly<Partial<Record<FileKind, string>>>;
}

/** The inverse of `renderFiles`, whatever stands around the blocks; null where no file of a module is named. */
export function parseFiles(prompt: string): PromptFiles | null {
  let ref: Pick<ModuleRef, 'track' | 'slug'> | null = null;
  const files: Partial<Record<FileKind, string>> = {};
  for (const block of findBlocks(prompt)) {
    const [kind, path, state] = block.label.split(' ');
    if (block.name !== 'FILE' || !isFileKind(kind) || path === undefined) continue;
    ref ??= parseFilePath(kind, path);
    if (state === undefined) files[kind] ??= block.text;
  }
  return ref === null ? null : { ...ref, files };
}

const isFileKind = (text: string | undefined): text is FileKind => FILE_KINDS.some((kind) => kind === text);

function filePath({ track, slug }: Pick<ModuleRef, 'track' | 'slug'>, kind: FileKind): string {
  if (kind === 'lesson') return `${track}/${slug}.md`;
  return kind === 'plan' ? `plans/${track}/${slug}.yaml` : `${track}/${kind}/${slug}.yaml`;
}

function parseFilePath(kind: FileKind, path: string): Pick<ModuleRef, 'track' | 'slug'> | null {
  const match = /^(?:plans\/)?([^/]+)\/(?:[a-z]+\/)?([^/]+)\.(?:md|yaml)$/.exec(path);
  const [, track, slug] = match ?? [];
  if (track === undefined || slug === undefined || filePath({ track, slug }, kind) !== path) return null;
  return { track, slug };
}
