import { isMap, isScalar, isSeq, parseDocument, type Document, type Scalar, type YAMLSeq } from 'yaml';
import { readYaml } from './read.ts';

/**
 * Edits of YAML by the places of its nodes. The text is never written anew from the document: that would fold long lines and
 * move comments, and each line that no edit touches must stay byte for byte.
 */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Way to a node: keys and indexes. */
export type YamlPath = readonly (string | number)[];

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((current, edit) => current.slice(0, edit.from) + edit.text + current.slice(edit.to), text);
}

/** Parses for editing; null where the text has an error. Read with a guard first: this parser recurses without one. */
export function openYaml(text: string): Document | null {
  if (!readYaml(text).ok) return null;
  const document = parseDocument(text, { merge: true });
  return document.errors.length === 0 ? document : null;
}

/** The list at a path; undefined where there is something else. */
export function sequenceAt(document: Document, path: YamlPath): YAMLSeq | undefined {
  const node = document.getIn(path, true);
  return isSeq(node) ? node : undefined;
}

/** The scalar at a path; undefined where there is something else. */
export function scalarAt(document: Document, path: YamlPath): Scalar | undefined {
  const node = document.getIn(path, true);
  return isScalar(node) ? node : undefined;
}

/** The key of a mapping at a path; undefined where there is none of that name. */
export function keyAt(document: Document, path: YamlPath, name: string): Scalar | undefined {
  const node = document.getIn(path, true);
  const key = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === name)?.key : undefined;
  return isScalar(key) ? key : undefined;
}

/** A node's source text. */
export function sourceOf(text: string, node: { readonly range?: readonly [number, number, number] | null }): string {
  return node.range === null || node.range === undefined ? '' : text.slice(node.range[0], node.range[1]);
}

/** Replaces a scalar's source; null where the node has no place. */
export function replaceNode(node: Scalar, text: string): TextEdit | null {
  return node.range === null || node.range === undefined ? null : { from: node.range[0], to: node.range[1], text };
}

/** Removes whole entries of a block list, with their lines; null where the list is written in another way. */
export function removeEntries(text: string, list: YAMLSeq, indexes: readonly number[]): readonly TextEdit[] | null {
  if (list.flow === true || indexes.length >= list.items.length) return null;
  const edits = indexes.map((index) => entryLines(text, list.items[index]));
  return edits.every((edit) => edit !== null) ? edits : null;
}

function entryLines(text: string, entry: unknown): TextEdit | null {
  const range = (entry as { range?: readonly [number, number, number] } | undefined)?.range;
  if (range === undefined) return null;
  let from = lineStart(text, range[0]);
  // The dash may stand alone on the line before.
  if (text.slice(from, range[0]).trim() === '' && from > 0) from = lineStart(text, from - 1);
  if (!/^\s*-\s/.test(text.slice(from))) return null;
  const ended = text[range[1] - 1] === '\n' ? range[1] : text.indexOf('\n', range[1]) + 1;
  return { from, to: ended === 0 ? text.length : ended, text: '' };
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Appends an entry to a list of scalars, written as the last one is; null where the list is empty. */
export function appendScalar(text: string, list: YAMLSeq, source: string): TextEdit | null {
  const last = list.items.at(-1) as Scalar | undefined;
  const range = last?.range;
  if (range === undefined || range === null) return null;
  if (list.flow === true) return { from: range[1], to: range[1], text: `, ${source}` };
  const lead = text.slice(lineStart(text, range[0]), range[0]);
  const end = text.indexOf('\n', range[1]);
  if (!/^\s*-\s+$/.test(lead)) return null;
  const at = end === -1 ? text.length : end;
  return { from: at, to: at, text: `\n${lead}${source}` };
}

/** A text as a YAML scalar: plain where that is safe, else in single quotes. */
export function yamlScalar(text: string): string {
  const isPlain = /^\p{L}[\p{L}\p{N} ,;()/’-]*$/u.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain && text === text.trim() ? text : `'${text.replaceAll("'", "''")}'`;
}
