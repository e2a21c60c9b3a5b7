import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';

/** What a module of the wounded workspace needs: nothing (one call), its lesson mended, or lesson and vocabulary (three). */
export type Wound = 'none' | 'lesson' | 'lesson and vocabulary';

const WOUNDS: readonly Wound[] = ['lesson and vocabulary', 'lesson', 'none', 'lesson and vocabulary'];

const slugOf = (number: number): string => `${String(number).padStart(3, '0')}-module`;

/** What the module with this number has. */
export const woundOf = (number: number): Wound => WOUNDS[(number - 1) % WOUNDS.length] ?? 'none';

/** A word that stands twice is mended in the round in which the heading is; what is left is more than a fix may not go under. */
const vocabularyOf = (slug: string, words: readonly string[]): string =>
  `module: ${slug}\nitems:\n${words.map((word) => `- lemma: ${word}\n  translation: word ${word}\n`).join('')}`;

/** The tiny workspace with modules of which three in four need a fix, and half a fix of several files at once. */
export function woundedWorkspace(root: string, modules: number, wound: (number: number) => Wound = woundOf): void {
  tinyWorkspace(root, modules);
  for (let number = 1; number <= modules; number += 1) {
    const slug = slugOf(number);
    const lesson = readFileSync(join(root, 'tiny', `${slug}.md`), 'utf8');
    if (wound(number) === 'none') continue;
    writeTree(root, { [`tiny/${slug}.md`]: lesson.replace('## Вступ', '##Вступ') });
    if (wound(number) === 'lesson') continue;
    writeTree(root, { [`tiny/vocabulary/${slug}.yaml`]: vocabularyOf(slug, ['слово', 'число', 'урок', 'слово']) });
  }
}

/** Requests that a workspace of so many modules needs: a review each, and a fix with its review for the wounded. */
export function neededCalls(modules: number): number {
  return Array.from({ length: modules }, (_, index) => (woundOf(index + 1) === 'none' ? 1 : 3)).reduce(
    (sum, calls) => sum + calls,
    0,
  );
}
