/** Workspaces of real-sized modules for the audit's bench. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { goodModule } from '../test/audit/texts.ts';
import { manifestText } from '../test/helpers/curriculum.ts';
import { REAL } from '../test/helpers/workspaces.ts';

type Files = Readonly<Record<'lesson' | 'meta' | 'activities' | 'vocabulary' | 'plan', string>>;

const REAL_MODULES = [
  ['b1', '07-aspect-past-single-repeated'],
  ['b1', '08-aspect-past-result-process'],
  ['b1', '09-aspect-future'],
  ['b1', '10-aspect-negation'],
  ['b2-hist', 'oleh-ihor'],
  ['b2-hist', 'syntez-vytoky-1'],
] as const;

/** Characters of a made-up lesson: as many as real ones have on average. */
const LESSON = 23_000;

/** The real modules where they are, else one made up of the same size. */
export const MODULES: readonly Files[] = existsSync(REAL) ? REAL_MODULES.map(realModule) : [madeUp()];

/** What the modules are, for the report. */
export const MODULES_ARE = existsSync(REAL) ? 'six real modules over and over' : 'made-up modules of real size';

function realModule([track, slug]: readonly [string, string]): Files {
  const root = join(REAL, 'curriculum/l2-uk-en');
  const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
  return {
    lesson: read(track, `${slug}.md`),
    meta: read(track, 'meta', `${slug}.yaml`),
    activities: read(track, 'activities', `${slug}.yaml`),
    vocabulary: read(track, 'vocabulary', `${slug}.yaml`),
    plan: read('plans', track, `${slug}.yaml`),
  };
}

function madeUp(): Files {
  const { files } = goodModule();
  const lesson = files.lesson ?? '';
  return {
    lesson: lesson.repeat(Math.ceil(LESSON / lesson.length)),
    meta: files.meta ?? '',
    activities: (files.activities ?? '').repeat(4),
    vocabulary: files.vocabulary ?? '',
    plan: files.plan ?? '',
  };
}

/** A workspace whose track b1 has so many modules, each different by a line. */
export function auditWorkspace(modules: number): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'batch-manager-bench-')));
  const slugs = Array.from({ length: modules }, (_, index) => `module-${index + 1}`);
  write(root, 'curriculum.yaml', manifestText('b1', slugs));
  write(root, 'batch-manager.yaml', 'model: offline/rules-1\n');
  for (const [index, slug] of slugs.entries()) {
    const files = MODULES[index % MODULES.length];
    if (files === undefined) continue;
    write(root, `b1/${slug}.md`, `${files.lesson}\n\nМодуль ${index}.\n`);
    write(root, `plans/b1/${slug}.yaml`, files.plan);
    for (const kind of ['meta', 'activities', 'vocabulary'] as const)
      write(root, `b1/${kind}/${slug}.yaml`, files[kind]);
  }
  return root;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
