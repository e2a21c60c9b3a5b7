import { manifestText, writeTree } from './curriculum.ts';

/** A small lesson that the audit of level `tiny` passes: a workspace for tests that are not about lessons. */
export function tinyWorkspace(root: string, modules: number): void {
  const slugs = Array.from({ length: modules }, (_, index) => `${String(index + 1).padStart(3, '0')}-module`);
  const files: Record<string, string> = {
    'batch-manager.yaml':
      'levels:\n  tiny: { words: 5, activities-min: 0, unique-types: 0, vocabulary: 0, engagement: 0, richness: 0 }\n',
    'curriculum.yaml': manifestText('tiny', slugs),
  };
  for (const slug of slugs) {
    files[`tiny/${slug}.md`] =
      `# Урок ${slug}\n\n## Вступ\n\nЦе короткий урок про слова і числа.\n\n## Підсумок\n\nМи вивчили слова.\n\n## Потрібно більше практики?\n\nПовторіть слова вголос.\n`;
    files[`tiny/vocabulary/${slug}.yaml`] = `module: ${slug}\nitems:\n- lemma: слово\n  translation: word\n`;
  }
  writeTree(root, files);
}
