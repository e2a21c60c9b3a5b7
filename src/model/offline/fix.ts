import { sizeGuards } from '../../domain/size-guards.ts';
import { FIXABLE_KINDS, type FixableKind } from '../../domain/module.ts';
import type { Check, ModuleView, Problem } from './check.ts';
import { CHECKS } from './checks/list.ts';
import type { OfflineRequest } from './request.ts';
import { openYaml } from './yaml/edit.ts';

/**
 * Checks that are mended in one round: a share of those that can be, four at most. A model does not mend everything at once
 * either, and a smaller step is a smaller risk: each further try on the same files mends half as many, so that a mend which
 * made a module worse is left out in the end.
 */
const MOST_CHECKS = 4;
const SHARE_OF_CHECKS = 0.6;

/** A fix keeps well above the size that the guards want: of them each refuses the whole reply. */
const SMALLEST_SHARE = 0.65;

const BLOCKS: Readonly<Record<FixableKind, string>> = {
  lesson: 'CONTENT',
  meta: 'META',
  activities: 'ACTIVITIES',
  vocabulary: 'VOCABULARY',
};

const LINES_SHOWN = 5;

/** The offline model's fix: whole files with some of what the checks found mended, in the form of a real model's reply. */
export function offlineFix(request: OfflineRequest): string {
  const mends = mendModule(request);
  const view = mends.at(-1)?.view ?? request.view;
  const blocks = FIXABLE_KINDS.flatMap((kind) => {
    const text = view.files[kind];
    if (text === undefined || text === request.view.files[kind]) return [];
    return [`===${BLOCKS[kind]}_START===`, text.replace(/\n$/, ''), `===${BLOCKS[kind]}_END===`];
  });
  return [...blocks, '===CHANGES_START===', ...changes(mends), '===CHANGES_END===', ''].join('\n');
}

interface Mend {
  readonly check: Check;
  readonly problems: readonly Problem[];
  /** The module after it. */
  readonly view: ModuleView;
}

function mendModule({ view, tries }: OfflineRequest): readonly Mend[] {
  const mendable = CHECKS.filter((check) => mendBy(check, view, view) !== null).length;
  const first = Math.min(MOST_CHECKS, Math.ceil(mendable * SHARE_OF_CHECKS));
  const limit = Math.max(1, Math.floor(first / 2 ** tries));
  // Once a step is as small as can be, each further try takes the next check instead of the one that failed.
  let skip = Math.max(0, tries - Math.ceil(Math.log2(Math.max(1, first))));
  const mends: Mend[] = [];
  for (const check of CHECKS) {
    const mend = mendBy(check, mends.at(-1)?.view ?? view, view);
    if (mend === null) continue;
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    mends.push(mend);
    if (mends.length === limit) break;
  }
  return mends;
}

/** The module after one check; null where that has nothing to mend, or its mend would be refused. */
function mendBy(check: Check, current: ModuleView, base: ModuleView): Mend | null {
  const { problems, mended } = check.run(current);
  if (mended === undefined || !isAcceptable(base, mended)) return null;
  return { check, problems, view: { ...current, files: { ...current.files, ...mended } } };
}

function isAcceptable(view: ModuleView, mended: Readonly<Partial<Record<FixableKind, string>>>): boolean {
  return FIXABLE_KINDS.every((kind) => {
    const text = mended[kind];
    if (text === undefined) return true;
    const old = view.files[kind] ?? '';
    const isWhole = sizeGuards({ kind, old, block: text, requests: [], wordTarget: undefined }).length === 0;
    const isLongEnough = text.trim().length >= old.trim().length * SMALLEST_SHARE;
    return isWhole && isLongEnough && (kind === 'lesson' || openYaml(text) !== null);
  });
}

function changes(mends: readonly Mend[]): readonly string[] {
  if (mends.length === 0) return ['Nothing was changed: no rule can mend what is left.'];
  return mends.flatMap(({ check, problems }) => {
    const shown = problems.slice(0, LINES_SHOWN).map(({ kind, line, remedy }) => {
      return `- ${kind}${line === null ? '' : ` line ${line}`}: ${remedy} (${check.id})`;
    });
    const rest = problems.length - LINES_SHOWN;
    return rest > 0 ? [...shown, `- and ${rest} more of ${check.id}`] : shown;
  });
}
