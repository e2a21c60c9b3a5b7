import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { TypedError } from '../../domain/failure.ts';
import { runInGroup, type GroupResult } from '../../process/group.ts';
import type { Keys } from '../keys.ts';
import { ModelError, type Model, type ModelErrorClass, type ModelReply, type ModelRequest } from '../model.ts';
import { NO_USAGE, readAnswer, toldError } from './answer.ts';
import { cliCommand, filledIn, versionCommand, withScratch, type CliValues } from './command.ts';
import { cliEnvironment, type CliEnvironment } from './environment.ts';
import { failureClass, tellsOfFailure, type CliEnd } from './failure-class.ts';
import { lastLines, plainEnd, safeMessage, type Unspoken } from './said.ts';
import type { CliTemplate } from './template.ts';
import { waitIn } from './wait.ts';

export interface CliOptions {
  readonly template: CliTemplate;
  readonly workspaceRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keys: Keys;
}

/** Output of a command beyond this is no reply, bytes. The longest that a model gives is a tenth of it. */
const OUTPUT_BYTES = 8 * 1024 * 1024;
const VERSION_MS = 20_000;
const VERSION_BYTES = 4096;

/**
 * An agent CLI as a model: the prompt goes to its standard input, the reply comes from its standard output. Each call runs in
 * a process group of its own, of which nothing is left when it ends, and in an empty folder of its own.
 */
export function createCliModel(options: CliOptions): Model {
  const { template } = options;
  return {
    provider: `cli/${template.name}`,
    ask: (request) => ask(request, options),
    gate: (model) => gateKey(options, secretsOrNone(options), model),
    addressGate: () => gateKey(options),
    missing: () => missing(options),
    version: () => version(options),
  };
}

async function ask(request: ModelRequest, options: CliOptions): Promise<ModelReply> {
  const { template } = options;
  request.signal.throwIfAborted();
  const environment = environmentOf(options);
  const result = await withScratch(template.files ?? {}, (folder) => run(request, options, environment, folder));
  request.signal.throwIfAborted();
  // What is longer than any reply was cut by us, as a provider cuts at its limit: a value, not a failure to be tried again.
  if (result.outputEnded) return { text: '', finishReason: 'length', usage: NO_USAGE };
  return replyOf(result, template, { prompt: request.prompt, secrets: environment.secrets });
}

async function run(
  { model, prompt, signal }: ModelRequest,
  options: CliOptions,
  environment: CliEnvironment,
  folder: string,
): Promise<GroupResult> {
  const values: CliValues = { folder, root: options.workspaceRoot, model };
  const env = childEnvironment(options.template, environment, values);
  try {
    return await runInGroup({
      command: cliCommand(options.template, values, env),
      cwd: join(folder, 'work'),
      env,
      stdin: prompt,
      signal,
      // The caller's signal is the limit.
      timeoutMs: Infinity,
      maxOutputBytes: OUTPUT_BYTES,
      endBeyondMaxOutput: true,
    });
  } catch (error) {
    if (signal.aborted || !(error instanceof TypedError)) throw error;
    throw notStarted(error, options.template);
  }
}

function childEnvironment(template: CliTemplate, { env }: CliEnvironment, values: CliValues): NodeJS.ProcessEnv {
  const set = Object.entries(template['set-env'] ?? {}).map(([name, text]) => [name, filledIn(text, values)]);
  return { ...env, TMPDIR: join(values.folder, 'tmp'), NO_COLOR: '1', ...Object.fromEntries(set) };
}

/** The machine's lack of processes or memory passes; a command that is not there does not come by itself. */
function notStarted(error: TypedError, template: CliTemplate): ModelError {
  const errorClass = /\b(?:EAGAIN|EMFILE|ENFILE|ENOMEM)\b/.test(error.message) ? 'provider-down' : 'setup';
  return new ModelError(errorClass, notRun(error, template));
}

const notRun = ({ message }: TypedError, { name }: CliTemplate): string =>
  `cli/${name}: ${message}. Install it, or set clis.${name}.command in batch-manager.yaml`;

/** A longer text is a reply, whatever the exit code: what a lesson says in it is not why the command failed. */
const LONGEST_NOTICE = 2000;

function replyOf(result: GroupResult, template: CliTemplate, unspoken: Unspoken): ModelReply {
  const answer = readAnswer(result.stdout, template);
  const isNotice = template.output === 'text' && result.stdout.length <= LONGEST_NOTICE;
  const stdout = answer.kind !== 'reply' || isNotice ? plainEnd(result.stdout, unspoken) : '';
  const stderr = plainEnd(result.stderr, unspoken);
  const told =
    answer.kind === 'failed' ? answer.message : result.exitCode === 0 ? null : toldError(result.stderr, template);
  const end: CliEnd = { exitCode: result.exitCode, said: [told ?? '', stderr, stdout].join('\n') };
  const endedWell = result.exitCode === 0 && !tellsOfFailure(end, template.failures);
  const isNamedEnd = answer.kind === 'reply' && ['length', 'content-filter'].includes(answer.reply.finishReason);
  if (answer.kind === 'reply' && (endedWell || isNamedEnd)) return answer.reply;
  const words =
    (told === null ? null : safeMessage(told, unspoken)) ?? lastLines(stderr, unspoken) ?? lastLines(stdout, unspoken);
  const unread = answer.kind === 'unreadable' && endedWell ? ` with ${answer.reason}` : '';
  const message = `cli/${template.name} ended ${ending(result)}${unread}${words === null ? '' : `: ${words}`}`;
  const errorClass = failureClass(end, template.failures);
  const retryAfterMs = waitIn(end.said, Date.now());
  throw new ModelError(errorClass, advised(message, errorClass, template), { retryAfterMs, mayCost: unread !== '' });
}

const ending = ({ exitCode, signal }: GroupResult): string =>
  signal === null ? `with exit code ${exitCode}` : `by ${signal}`;

/** Where to log in: `doctor`, which the class's own advice names, cannot see whether a command is logged in. */
function advised(message: string, errorClass: ModelErrorClass, { name, env = [] }: CliTemplate): string {
  if (errorClass !== 'auth') return message;
  const keys = env.filter((variable) => /KEY|TOKEN/.test(variable));
  const set = keys.length === 0 ? '' : `, or set ${keys.join(' or ')}`;
  return `${message.replace(/\.$/, '')}. Log in with the command itself${set} (clis.${name}.env)`;
}

/** As for a call; whatever is wrong with a key's place is an error of class auth. */
function environmentOf({ template, env, keys }: CliOptions): CliEnvironment {
  try {
    return cliEnvironment(template.env ?? [], env, keys);
  } catch (error) {
    throw error instanceof UserError ? new ModelError('auth', error.message) : error;
  }
}

function gateKey({ template, env: { HOME } }: CliOptions, ...more: unknown[]): string {
  const parts = ['cli', template.name, template.command, HOME, ...more];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** A key that cannot be read has a gate, too: its call says what is wrong. */
function secretsOrNone(options: CliOptions): readonly string[] {
  try {
    return environmentOf(options).secrets;
  } catch (error) {
    if (error instanceof ModelError) return [];
    throw error;
  }
}

/** Why a call cannot be made: what is wrong with a key's place, or a command that is not there. */
function missing(options: CliOptions): ModelError | null {
  try {
    const values = { folder: '', root: options.workspaceRoot, model: '' };
    cliCommand(options.template, values, environmentOf(options).env);
    return null;
  } catch (error) {
    if (error instanceof TypedError) return notStarted(error, options.template);
    if (error instanceof ModelError) return error;
    throw error;
  }
}

async function version(options: CliOptions): Promise<string> {
  const { template, workspaceRoot: root } = options;
  try {
    const environment = environmentOf(options);
    return await withScratch(template.files ?? {}, async (folder) => {
      const values = { folder, root, model: '' };
      const env = childEnvironment(template, environment, values);
      const command = versionCommand(template, values, env);
      const result = await runInGroup({
        command,
        cwd: join(folder, 'work'),
        env,
        signal: new AbortController().signal,
        timeoutMs: VERSION_MS,
        maxOutputBytes: VERSION_BYTES,
      });
      return `${command[0] ?? ''}, ${versionIn(result, { prompt: '', secrets: environment.secrets })}`;
    });
  } catch (error) {
    if (error instanceof TypedError || error instanceof ModelError) return error.message;
    throw error;
  }
}

function versionIn(result: GroupResult, unspoken: Unspoken): string {
  if (result.timedOut) return `no version within ${VERSION_MS / 1000} s`;
  const said = lastLines(plainEnd(result.exitCode === 0 ? result.stdout : result.stderr, unspoken), unspoken);
  if (result.exitCode === 0) return said ?? 'no version';
  return `no version: it ended ${ending(result)}${said === null ? '' : `: ${said}`}`;
}
