/** How an agent CLI is asked, and how its answer is read: what `clis` in batch-manager.yaml holds. See docs/agent-clis.md. */
import { isAbsolute, normalize, sep } from 'node:path';
import type { ModelErrorClass } from '../model.ts';

/** What a command prints: its reply as it is, one JSON value, or a JSON value a line. */
export const CLI_OUTPUTS = ['text', 'json', 'json-lines'] as const;
export type CliOutput = (typeof CLI_OUTPUTS)[number];

/** A place in JSON, such as `stats.models.*.tokens.prompt`; several are summed. */
export type JsonPaths = string | readonly string[];

/** How a failure is told by its exit code, by its text, or by both. */
export interface CliFailure {
  readonly class: ModelErrorClass;
  readonly 'exit-code'?: number | readonly number[] | undefined;
  /** Regular expression over what the command said, whatever its letter case. */
  readonly text?: string | undefined;
}

/** An agent CLI of the settings: one of its own, or what is other than in the built-in template of that name. */
export interface CliSettings {
  /** Command line; no shell reads it. `{folder}` is its scratch folder, `{root}` the workspace's root. */
  readonly command?: string | undefined;
  /** Words put behind the command for a name with a model: `--model {model}`. */
  readonly model?: string | undefined;
  readonly output?: CliOutput | undefined;
  /** Where in the JSON the reply's text stands. */
  readonly text?: string | undefined;
  readonly 'finish-reason'?: string | undefined;
  /** Where in the JSON it says that the call failed: true, a message, or an object with a `message`. */
  readonly error?: string | undefined;
  readonly usage?:
    | {
        readonly input?: JsonPaths | undefined;
        readonly output?: JsonPaths | undefined;
        readonly reasoning?: JsonPaths | undefined;
        readonly cached?: JsonPaths | undefined;
      }
    | undefined;
  /** Names of environment variables that it may see, beside those that any program needs. */
  readonly env?: readonly string[] | undefined;
  /** Variables that are set for it; `{folder}` and `{root}` are filled in. */
  readonly 'set-env'?: Readonly<Record<string, string>> | undefined;
  /** Files that are written to its scratch folder before it starts, by their relative path. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Looked at in this order, before the general ones. */
  readonly failures?: readonly CliFailure[] | undefined;
  /** Command line that prints its version, for `doctor`; the program with `--version` where it is left out. */
  readonly version?: string | undefined;
}

export type ClisSettings = Readonly<Record<string, CliSettings>>;

/** An agent CLI that can be asked. */
export interface CliTemplate extends CliSettings {
  readonly name: string;
  readonly command: string;
  readonly output: CliOutput;
}

/** Whether a template's file lies in the scratch folder. */
export const isInside = (name: string): boolean =>
  name !== '' && !isAbsolute(name) && !normalize(name).split(sep).includes('..');
