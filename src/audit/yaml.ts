import { CORE_SCHEMA, load, Type, YAMLException } from 'js-yaml';
import { locateProblems, type YamlProblem } from './yaml-problems.ts';

export interface YamlReading {
  /** False where there is no value, only problems. */
  readonly readable: boolean;
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
}

/** No timestamps: a date stays the text that it is. Merge keys are read, as the curriculum's own tools do. */
const MERGE = new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' });
const SCHEMA = CORE_SCHEMA.extend({ implicit: [MERGE] });

/**
 * Reads one YAML document. The quick parser reads; only where it fails does the one that knows places look for the errors.
 * A mapping with a key twice is a problem, and still read. Never throws.
 */
export function readYaml(text: string): YamlReading {
  const strict = attempt(text, false);
  if (strict.ok) return { readable: true, value: strict.value, problems: [] };
  const problems = problemsOf(text, strict.error);
  const lenient = attempt(text, true);
  return lenient.ok
    ? { readable: true, value: lenient.value, problems }
    : { readable: false, value: undefined, problems };
}

type Attempt = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

function attempt(text: string, duplicateKeys: boolean): Attempt {
  try {
    return { ok: true, value: load(text, { schema: SCHEMA, json: duplicateKeys }) };
  } catch (error) {
    return { ok: false, error };
  }
}

function problemsOf(text: string, error: unknown): readonly YamlProblem[] {
  const located = locateProblems(text);
  return located.length > 0 ? located : [problemOf(error, text)];
}

/** What the quick parser says. Beside its own errors it may run out of stack, on a text nested thousands of levels deep. */
function problemOf(error: unknown, text: string): YamlProblem {
  if (!(error instanceof YAMLException)) return { message: 'nested too deeply to be read', line: null, column: null };
  const mark = error.mark as { readonly line: number; readonly column: number } | undefined;
  if (mark === undefined) return { message: error.reason, line: null, column: null };
  // The parser ends every text with a line end of its own: what is missing at the end would be a line too far down.
  const line = Math.min(mark.line + 1, text.split('\n').length);
  return { message: error.reason, line, column: mark.column + 1 };
}
