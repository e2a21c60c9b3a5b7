/**
 * Reads the tracks of a manifest. A fault in one track makes that track unusable and says so; the others work. Every name is
 * the text that stands in the file: `- 1.10`, `- no` and `- 2024-01-01` are names like any other.
 */
import { usageError } from '../domain/errors.ts';
import { readYamlWords } from '../yaml/read-yaml.ts';
import { placeOf, type YamlProblem } from '../yaml/yaml-problems.ts';
import { yamlPlaces, type YamlPlaces } from '../yaml/yaml-places.ts';

export interface Tracks {
  /** The modules of each track that can be used, in order. */
  readonly tracks: ReadonlyMap<string, readonly string[]>;
  /** What is wrong with each of the others, in a sentence without an end: `module 3 is empty (line 12)`. */
  readonly faults: ReadonlyMap<string, string>;
}

/** Longest name of a track or module, bytes: files are named after it with something added, and a file name has 255. */
const MAX_BYTES = 200;

/** Length of a name or value shown in a message, characters. */
const SHOWN = 60;

/**
 * Reads a manifest's text.
 * @param name what the file is called in messages.
 * @throws UserError (usage) where the text as a whole cannot be read, or has no mapping `levels`.
 */
export function parseTracks(text: string, name: string): Tracks {
  const { readable, value, problems } = readYamlWords(text);
  if (!readable) throw usageError(`The manifest ${name} does not parse: ${problemText(problems[0])}.`);
  const wanted = `It must be a mapping with "levels:", and below that each track with its "modules:".`;
  if (!isMapping(value))
    throw usageError(`The manifest ${name} has not the expected form: it is ${formOf(value)}. ${wanted}`);
  const { levels } = value;
  if (levels !== undefined && !isNothing(levels) && !isMapping(levels))
    throw usageError(`The manifest ${name} has not the expected form: "levels" is ${formOf(levels)}. ${wanted}`);
  if (levels === undefined)
    throw usageError(`The manifest ${name} has not the expected form: it has no "levels". ${wanted}`);
  let known: YamlPlaces | undefined;
  // Looked up only where something is wrong: the parser that knows places takes ten times as long.
  const places = (): YamlPlaces => (known ??= yamlPlaces(text));
  const twice = problems.length === 0 ? [] : places().twice;
  if (twice.some((path) => path.length === 1 && path[0] === 'levels'))
    throw usageError(`The manifest ${name} has "levels" twice. Put all tracks below one of them.`);
  const tracks = new Map<string, readonly string[]>();
  const faults = new Map<string, string>();
  for (const [track, content] of Object.entries(isMapping(levels) ? levels : {})) {
    const read = readTrack(track, content, twice);
    if (Array.isArray(read)) tracks.set(track, read);
    else faults.set(track, `${read.fault}${lineText(places().line(['levels', track, ...read.at]))}`);
  }
  return { tracks, faults };
}

function problemText(problem: YamlProblem | undefined): string {
  if (problem === undefined) return 'its YAML is broken';
  if (problem.message.includes('single document')) return 'it holds several documents; remove the "---" between them';
  return problem.line === null ? problem.message : `${problem.message} at ${placeOf(problem)}`;
}

/** What is wrong, and where in the track. */
interface Fault {
  readonly fault: string;
  readonly at: readonly (string | number)[];
}

const lineText = (line: number | null): string => (line === null ? '' : ` (line ${line})`);

/** The modules of a track, or what is wrong with it. */
function readTrack(track: string, content: unknown, twice: YamlPlaces['twice']): string[] | Fault {
  const fault = nameFault(track);
  if (fault !== null) return { fault: `its name ${fault}`, at: [] };
  const double = twice.find((path) => path[0] === 'levels' && path[1] === track);
  if (double !== undefined)
    return { fault: `${double.length === 2 ? 'the track' : `"${String(double.at(-1))}"`} stands there twice`, at: [] };
  if (isNothing(content)) return [];
  if (!isMapping(content)) return { fault: `it is ${formOf(content)}, not a mapping with "modules:"`, at: [] };
  const { modules } = content;
  if (modules === undefined || isNothing(modules)) return [];
  if (!Array.isArray(modules)) return { fault: `its "modules" are ${formOf(modules)}, not a list`, at: ['modules'] };
  return readModules(modules);
}

function readModules(modules: readonly unknown[]): string[] | Fault {
  const names: string[] = [];
  const places = new Map<string, number>();
  for (const [index, module] of modules.entries()) {
    const at = ['modules', index];
    const which = `module ${index + 1}`;
    if (isNothing(module)) return { fault: `${which} is empty`, at };
    if (typeof module !== 'string') return { fault: `${which} is ${formOf(module)}; write its name alone`, at };
    const fault = nameFault(module);
    if (fault !== null) return { fault: `${which} ${shown(module)} ${fault}`, at };
    const first = places.get(module.normalize());
    if (first !== undefined) return { fault: `${which} ${shown(module)} is module ${first} already`, at };
    places.set(module.normalize(), index + 1);
    names.push(module);
  }
  return names;
}

/** Why a name cannot be that of a folder and a module's files; null where it can. */
function nameFault(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.includes('\uFFFD')) return 'is not in UTF-8';
  if (/[\p{Cc}\p{Cf}]/u.test(name)) return 'holds a control character or an invisible one';
  if (/\s/u.test(name)) return 'holds a space; join its words with "-"';
  if (/[/\\]/.test(name)) return 'holds a slash; it names a file, not a path';
  if (name.startsWith('.')) return 'begins with a dot';
  if (Buffer.byteLength(name) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`;
  // Records are keyed by name: `__proto__` and `constructor` are on every object.
  if (name in {}) return 'is a word that JavaScript keeps for itself';
  return null;
}

/** `modules:` with nothing or only comments below, `~` and `null`: in YAML they all say that there is nothing. */
const isNothing = (value: unknown): boolean => value === null || value === '~' || value === 'null';

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a value is, for people. */
function formOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return `a mapping (${shown(Object.keys(value).join(', '))})`;
  return typeof value === 'string' ? `the text ${shown(value)}` : 'something else';
}

/** A text as a message shows it: quoted, on one line, cut. */
const shown = (text: string): string => JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
