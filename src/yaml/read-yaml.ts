import { CORE_SCHEMA, FAILSAFE_SCHEMA, load, Type, YAMLException, type Schema, type State } from 'js-yaml';
import { locateProblems, MAX_DEPTH, type YamlProblem } from './yaml-problems.ts';

export interface YamlReading {
  /** False where there is no value, only problems. */
  readonly readable: boolean;
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
}

/** No timestamps: a date stays the text that it is. Merge keys are read, as the curriculum's own tools do. */
const MERGE = new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text) => text === '<<' });
const SCHEMA = CORE_SCHEMA.extend({ implicit: [MERGE] });
/** Every scalar is the text that stands there. */
const WORDS = FAILSAFE_SCHEMA.extend({ implicit: [MERGE] });

/**
 * Reads one YAML document. The quick parser reads; only where it fails does the one that knows places look for the errors.
 * A mapping with a key twice is a problem, and still read: the last one counts. Never throws.
 */
export function readYaml(text: string): YamlReading {
  return read(text, SCHEMA);
}

/** Like `readYaml`, but every scalar is the text that stands there: `1.10` keeps its 0, and `no` is a word. */
export function readYamlWords(text: string): YamlReading {
  return read(text, WORDS);
}

function read(text: string, schema: Schema): YamlReading {
  const strict = attempt(text, false, schema);
  if (strict.ok) return { readable: true, value: strict.value, problems: [] };
  const located = locateProblems(text);
  const problems = located.length > 0 ? located : [problemOf(strict.error, text)];
  const lenient = isDuplicateKey(strict.error) ? attempt(text, true, schema) : strict;
  return lenient.ok
    ? { readable: true, value: lenient.value, problems }
    : { readable: false, value: undefined, problems };
}

/** The quick parser alone, with the guard on. Throws YAMLException; a key that stands twice is an error unless allowed. */
export function loadYaml(text: string, duplicateKeys = false, schema: Schema = SCHEMA): unknown {
  return load(text, { schema, json: duplicateKeys, listener: depthGuard() });
}

type Attempt = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

function attempt(text: string, duplicateKeys: boolean, schema: Schema): Attempt {
  try {
    return { ok: true, value: loadYaml(text, duplicateKeys, schema) };
  } catch (error) {
    return { ok: false, error };
  }
}

/**
 * Stops the parser at a depth that no curriculum file has. It recurses, and at the end of the stack V8 may end the whole
 * process (where a pattern is compiled there) in place of throwing.
 */
function depthGuard(): (this: State, event: 'open' | 'close') => void {
  let depth = 0;
  return (event) => {
    depth += event === 'open' ? 1 : -1;
    if (depth > MAX_DEPTH) throw new YAMLException(`nested more than ${MAX_DEPTH} levels deep`);
  };
}

function isDuplicateKey(error: unknown): boolean {
  return error instanceof YAMLException && error.reason === 'duplicated mapping key';
}

function problemOf(error: unknown, text: string): YamlProblem {
  if (!(error instanceof YAMLException)) return { message: String(error), line: null, column: null };
  const mark = error.mark as { readonly line: number; readonly column: number } | undefined;
  if (mark === undefined) return { message: error.reason, line: null, column: null };
  // The parser ends every text with a line end of its own: what is missing at the end would be a line too far down.
  const line = Math.min(mark.line + 1, text.split('\n').length);
  return { message: error.reason, line, column: mark.column + 1 };
}
