import { sidecarValue, type Sidecar } from './sidecars.ts';
import { asList, asRecord, cut, field, isBlank } from './values.ts';

/** One activity of the activities file. */
export interface Activity {
  /** Place in the list, from 1. */
  readonly position: number;
  /** Its `type`; empty where it has none. */
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The list of the activities file, which is rarely the `activities` of a mapping; null where there is none. */
export function activityList(sidecar: Sidecar): readonly unknown[] | null {
  const value = sidecarValue(sidecar);
  return asList(value) ?? asList(field(value, 'activities'));
}

/** The activities of a module: the entries of the list that are mappings. */
export function activitiesOf(sidecar: Sidecar): readonly Activity[] {
  return (activityList(sidecar) ?? []).flatMap((entry, index) => {
    const fields = asRecord(entry);
    if (fields === null) return [];
    const type = field(fields, 'type');
    return [{ position: index + 1, type: typeof type === 'string' ? type.trim() : '', fields }];
  });
}

/** `activity 3 (quiz «Фінальний тест»)`: how an activity is named in findings. */
export function activityName({ position, type, fields }: Activity): string {
  const title = field(fields, 'title');
  const named = typeof title === 'string' && !isBlank(title) ? ` «${cut(title.trim(), 60)}»` : '';
  return `activity ${position} (${type === '' ? 'no type' : cut(type, 40)}${named})`;
}
