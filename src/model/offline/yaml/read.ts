import { YAMLException } from 'js-yaml';
import { loadYaml } from '../../../yaml/read-yaml.ts';

export type YamlReading =
  | { readonly ok: true; readonly value: unknown }
  /** `line` from 0; the last line where the parser names none. */
  | { readonly ok: false; readonly reason: string; readonly line: number };

/** Reads YAML by the quick parser; a date stays the text that it is. Never throws; a key that stands twice is an error. */
export function readYaml(text: string): YamlReading {
  try {
    return { ok: true, value: loadYaml(text) };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { ok: false, reason: 'it cannot be read', line: 0 };
    const mark = error.mark as { readonly line: number } | undefined;
    return { ok: false, reason: error.reason, line: mark?.line ?? text.split('\n').length - 1 };
  }
}

export type YamlMapping = Readonly<Record<string, unknown>>;

/** The value as a mapping; an empty one where it is none. */
export function asMapping(value: unknown): YamlMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as YamlMapping) : {};
}

/** The value as a list; an empty one where it is none. */
export const asSequence = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A file that is a mapping; an empty one where the file is absent, does not parse or is something else. */
export function readMapping(text: string | undefined): YamlMapping {
  const reading = readYaml(text ?? '');
  return reading.ok ? asMapping(reading.value) : {};
}

/** The entries of an activities file. */
export interface Activities {
  readonly entries: readonly YamlMapping[];
  /** Where their list is: at the top, or the `activities` of a mapping. */
  readonly path: readonly string[];
}

/** Reads an activities file; without entries where it is absent or does not parse. */
export function readActivities(text: string | undefined): Activities {
  const reading = readYaml(text ?? '');
  const value = reading.ok ? reading.value : [];
  if (Array.isArray(value)) return { entries: value.map(asMapping), path: [] };
  return { entries: asSequence(asMapping(value)['activities']).map(asMapping), path: ['activities'] };
}
