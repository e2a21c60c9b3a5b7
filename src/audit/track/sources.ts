import { statSync } from 'node:fs';
import type { FileKind } from '../../domain/module.ts';
import type { ModulePaths } from '../../store/module-files.ts';
import type { SourceKey, SourceTimes } from '../status-file.ts';

const KINDS: Readonly<Record<SourceKey, FileKind>> = {
  md: 'lesson',
  meta: 'meta',
  activities: 'activities',
  vocabulary: 'vocabulary',
  plan: 'plan',
};

/** When each of a module's files was changed last, to the microsecond, as status files write it. */
export function sourceTimes(paths: ModulePaths): SourceTimes {
  const time = (key: SourceKey): string | null => {
    const stat = statSync(paths.file(KINDS[key]), { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? null : isoMicroseconds(stat.mtimeNs);
  };
  return {
    md: time('md'),
    meta: time('meta'),
    activities: time('activities'),
    vocabulary: time('vocabulary'),
    plan: time('plan'),
  };
}

function isoMicroseconds(nanoseconds: bigint): string {
  const micro = nanoseconds / 1000n;
  const date = new Date(Number(micro / 1000n));
  return `${date.toISOString().slice(0, -1)}${String(micro % 1000n).padStart(3, '0')}Z`;
}
