import { fileCheck, quoteLine, type Problem } from '../check.ts';
import {
  appendScalar,
  applyEdits,
  openYaml,
  replaceNode,
  scalarAt,
  sequenceAt,
  sourceOf,
  type TextEdit,
  type YamlPath,
} from '../yaml/edit.ts';
import { asMapping, readYaml } from '../yaml/read.ts';
import type { Document, Scalar } from 'yaml';

/** Options that an item has at most; where that many stand already, which one to drop is for a person. */
const MOST_OPTIONS = 4;

/** An item whose answer is not among its options cannot be answered. */
export const answerCheck = fileCheck('activities', {
  id: 'answers',
  title: 'An answer is not among its options',
  severity: 'flaw',
  dimensions: ['Activities', 'Experience', 'Beginner Safety'],
  run(text) {
    const reading = readYaml(text);
    const slips = reading.ok ? answerSlips(reading.value, []) : [];
    const document = slips.length === 0 ? null : openYaml(text);
    const edits: TextEdit[] = [];
    const problems = slips.map((slip): Omit<Problem, 'kind'> => {
      const edit = document === null ? null : mend(text, document, slip);
      if (edit !== null) edits.push(edit);
      const remedy = edit === null ? 'make the answer one of the options' : 'bring answer and options together';
      return { line: null, original: quoteLine(`${slip.answer}: ${slip.options.join(', ')}`), remedy };
    });
    return { text: applyEdits(text, edits), problems };
  },
});

interface AnswerSlip {
  readonly path: YamlPath;
  readonly answer: string;
  readonly options: readonly string[];
}

/** All mappings, however deep, that have an answer and a list of plain options without it. */
function answerSlips(value: unknown, path: YamlPath): readonly AnswerSlip[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => answerSlips(entry, [...path, index]));
  const mapping = asMapping(value);
  const below = Object.entries(mapping).flatMap(([key, entry]) => answerSlips(entry, [...path, key]));
  const { answer, options } = mapping;
  if (!isPlain(answer) || !Array.isArray(options) || options.length === 0 || !options.every(isPlain)) return below;
  const texts = options.map(String);
  return texts.includes(String(answer)) ? below : [{ path, answer: String(answer), options: texts }, ...below];
}

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

function mend(text: string, document: Document, { path, answer, options }: AnswerSlip): TextEdit | null {
  const answerNode = scalarAt(document, [...path, 'answer']);
  const list = sequenceAt(document, [...path, 'options']);
  if (answerNode === undefined || list === undefined) return null;
  const alike = options.flatMap((option, index) => (folded(option) === folded(answer) ? [index] : []));
  const [only] = alike;
  if (alike.length === 1 && only !== undefined)
    return replaceNode(answerNode, sourceOf(text, list.items[only] as Scalar));
  return options.length < MOST_OPTIONS ? appendScalar(text, list, sourceOf(text, answerNode)) : null;
}

/** Text without case, marks and stress: what a slip of the pen may differ in. */
const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\u0301/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
