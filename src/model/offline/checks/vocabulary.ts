import { fileCheck, quoteLine, type ModuleView } from '../check.ts';
import { applyEdits, keyAt, openYaml, removeEntries, sequenceAt, yamlScalar, type TextEdit } from '../yaml/edit.ts';
import { asMapping, asSequence, readMapping, type YamlMapping } from '../yaml/read.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const lemmaOf = (entry: YamlMapping): string => text(entry['lemma']).toLowerCase();

function entriesOf(vocabulary: string): readonly YamlMapping[] {
  return asSequence(readMapping(vocabulary)['items']).map(asMapping);
}

/** The same word twice with the same meaning; homonyms, which have another gloss or part of speech, are two words. */
export const doubledWordEntryCheck = fileCheck('vocabulary', {
  id: 'doubled-vocabulary',
  title: 'A word stands twice in the vocabulary',
  severity: 'slip',
  dimensions: ['Relevance', 'Linguistic Accuracy'],
  run(vocabulary) {
    const entries = entriesOf(vocabulary);
    const dropped = doubledEntries(entries);
    const problems = dropped.map((index) => ({
      line: null,
      original: quoteLine(text(entries[index]?.['lemma'])),
      remedy: 'keep one entry of the word',
    }));
    const document = dropped.length === 0 ? null : openYaml(vocabulary);
    const list = document === null ? undefined : sequenceAt(document, ['items']);
    const edits = list === undefined ? null : removeEntries(vocabulary, list, dropped);
    return { text: edits === null ? null : applyEdits(vocabulary, edits), problems };
  },
});

/** Indexes of entries to drop: of two, the one without a gloss, else the second. */
function doubledEntries(entries: readonly YamlMapping[]): readonly number[] {
  const kept = new Map<string, number[]>();
  const dropped: number[] = [];
  for (const [index, entry] of entries.entries()) {
    const lemma = lemmaOf(entry);
    const others = kept.get(lemma) ?? [];
    kept.set(lemma, others);
    const at = lemma === '' ? -1 : others.findIndex((other) => isSameWord(entries[other] ?? {}, entry));
    const twin = others[at];
    if (twin === undefined) {
      others.push(index);
    } else if (text(entries[twin]?.['translation']) === '' && text(entry['translation']) !== '') {
      others[at] = index;
      dropped.push(twin);
    } else {
      dropped.push(index);
    }
  }
  return dropped.sort((a, b) => a - b);
}

/** Of two entries of one lemma: neither gloss nor part of speech differs, where both have one. */
function isSameWord(a: YamlMapping, b: YamlMapping): boolean {
  return ['translation', 'pos'].every((key) => {
    const [one, two] = [text(a[key]).toLowerCase(), text(b[key]).toLowerCase()];
    return one === two || one === '' || two === '';
  });
}

/** A word without a gloss does not count as vocabulary. The plan's hints and the lesson's `**word** (gloss)` may tell it. */
export const glossCheck = fileCheck('vocabulary', {
  id: 'glosses',
  title: 'A word of the vocabulary has no translation',
  severity: 'slip',
  dimensions: ['Relevance', 'Beginner Safety'],
  run(vocabulary, view) {
    const entries = entriesOf(vocabulary);
    const lacking = [...entries.keys()].filter((index) => isLacking(entries[index] ?? {}));
    const glosses = lacking.length === 0 ? new Map<string, string>() : knownGlosses(view);
    const isKnown = lacking.some((index) => glosses.has(lemmaOf(entries[index] ?? {})));
    const document = isKnown ? openYaml(vocabulary) : null;
    const edits: TextEdit[] = [];
    const problems = lacking.map((index) => {
      const gloss = glosses.get(lemmaOf(entries[index] ?? {}));
      const key = document === null ? undefined : keyAt(document, ['items', index], 'translation');
      if (gloss !== undefined && key?.range !== undefined && key.range !== null) {
        edits.push(glossEdit(vocabulary, key.range[1], gloss));
      }
      const remedy = gloss === undefined ? 'add its translation' : `add the translation "${quoteLine(gloss)}"`;
      return { line: null, original: quoteLine(text(entries[index]?.['lemma'])), remedy };
    });
    return { text: applyEdits(vocabulary, edits), problems };
  },
});

const isLacking = (entry: YamlMapping): boolean =>
  lemmaOf(entry) !== '' && 'translation' in entry && isEmpty(entry['translation']);
const isEmpty = (value: unknown): boolean => value === null || (typeof value === 'string' && value.trim() === '');

/** Writes the gloss behind the key, in the place of an empty value. */
function glossEdit(vocabulary: string, keyEnd: number, gloss: string): TextEdit {
  const empty = /^\s*:[ \t]*(?:''|""|~|null)?/.exec(vocabulary.slice(keyEnd))?.[0] ?? '';
  return { from: keyEnd, to: keyEnd + empty.length, text: `: ${yamlScalar(gloss)}` };
}

function knownGlosses(view: ModuleView): ReadonlyMap<string, string> {
  const glosses = new Map<string, string>();
  const add = (lemma: string | undefined, gloss: string | undefined): void => {
    const key = lemma?.trim().toLowerCase() ?? '';
    if (key !== '' && gloss !== undefined && gloss.trim() !== '' && !glosses.has(key)) glosses.set(key, gloss.trim());
  };
  const hints = asMapping(readMapping(view.files.plan)['vocabulary_hints']);
  for (const hint of [...asSequence(hints['required']), ...asSequence(hints['recommended'])]) {
    const match = /^([^()]+?)\s*\(([^()]+)\)\s*$/.exec(text(hint));
    add(match?.[1], match?.[2]);
  }
  for (const match of (view.files.lesson ?? '').matchAll(/\*\*([^*\n]{1,60})\*\*[ \t]*\(([A-Za-z][^()\n]{0,80})\)/g)) {
    add(match[1], match[2]);
  }
  return glosses;
}
