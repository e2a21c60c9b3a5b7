import { usageError } from '../domain/errors.ts';
import {
  DEFAULT_SETTINGS,
  GIT_COMMIT,
  GIT_DIRTY,
  MAX_CONCURRENCY,
  type SetSettings,
  type TaskSettings,
} from '../domain/settings.ts';
import { formatModelName, parseModelName } from '../model/names.ts';
import { readDuration } from './duration.ts';
import type { SettingsFile } from './schema.ts';

/** Flags of a start, as typed. */
export interface SettingFlags {
  readonly model?: string | undefined;
  readonly reviewModel?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly maxRounds?: string | undefined;
  readonly passScore?: string | undefined;
  readonly moduleTimeout?: string | undefined;
  readonly budget?: string | undefined;
  readonly canary?: string | undefined;
  readonly halt?: string | undefined;
  readonly ask?: boolean | undefined;
  readonly moduleBudget?: string | undefined;
  /** False where `--no-cache` was given. */
  readonly cache?: boolean | undefined;
  readonly reviewOnly?: boolean | undefined;
  readonly propose?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** `task`: the settings of an earlier task, which a new one goes on with. */
export type Origin = 'flag' | 'environment' | 'file' | 'task' | 'default';

/** A setting's value and where it comes from. */
export interface Setting {
  readonly name: string;
  readonly value: string | number;
  readonly origin: Origin;
}

type Reader<T> = (text: string, name: string) => T;

export const wholeNumber =
  (min: number, max: number): Reader<number> =>
  (text, name) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw usageError(`${name} must be a whole number from ${min} to ${max}, but got "${text}".`);
  };

const score: Reader<number> = (text, name) => {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 10) return value;
  throw usageError(`${name} must be a score from 0 to 10, but got "${text}".`);
};

/** An amount of USD; 0 is no limit. */
export const readAmount: Reader<number> = (text, name) => {
  const value = Number(text.trim().replace(/^\$/, ''));
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw usageError(`${name} must be an amount of USD such as 5 or 0.50, but got "${text}".`);
};

const modelOf =
  (file: SettingsFile): Reader<string> =>
  (text) =>
    formatModelName(parseModelName(text, file));

/** One of a list of words. */
const oneOf =
  <T extends string>(words: readonly T[]): Reader<T> =>
  (text, name) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw usageError(`${name} must be one of ${words.join(', ')}, but got "${text}".`);
  };

const TRUST = ['off', 'newer'] as const;

/** Settings that hold one text or number. */
type SettingName = Exclude<
  keyof SettingsFile,
  'ask' | 'audit' | 'clis' | 'engine' | 'git' | 'levels' | 'manifest' | 'notify' | 'prices' | 'providers'
>;

/** Where a setting's value is looked for. */
interface Places<T> {
  /** The flag's value; undefined where it was not given. */
  readonly flag: string | boolean | undefined;
  readonly inFile: string | number | boolean | undefined;
  readonly fallback: T;
}

/** Takes each setting from flag, environment, file or default, in this order; of an earlier task, from flag or that task. */
class Resolver {
  readonly origins: Setting[] = [];
  private readonly flags: SettingFlags;
  private readonly env: NodeJS.ProcessEnv;
  private readonly file: SettingsFile;
  private readonly earlier: TaskSettings | null;

  constructor(flags: SettingFlags, env: NodeJS.ProcessEnv, file: SettingsFile, earlier: TaskSettings | null) {
    this.flags = flags;
    this.env = env;
    this.file = file;
    this.earlier = earlier;
  }

  /** The setting `key`, which people know as `name`. */
  take<K extends keyof TaskSettings, T extends TaskSettings[K] & (string | number)>(
    key: K,
    name: SettingName,
    flag: keyof SettingFlags | null,
    read: Reader<T>,
    fallback: TaskSettings[K] = DEFAULT_SETTINGS[key],
  ): T {
    const places = { flag: flag === null ? undefined : this.flags[flag], inFile: this.file[name], fallback };
    return this.resolve(key, name, places as Places<T>, read);
  }

  /** A setting of the file's `git`; it has no flag. */
  takeGit<K extends 'gitDirty' | 'gitCommit'>(
    key: K,
    word: 'dirty' | 'commit',
    words: readonly TaskSettings[K][],
  ): TaskSettings[K] {
    const places = { flag: undefined, inFile: this.file.git?.[word], fallback: DEFAULT_SETTINGS[key] };
    return this.resolve(key, `git.${word}`, places, oneOf(words));
  }

  /** A setting that is on or off: a flag turns it on, and none turns it off. */
  takeSwitch(key: keyof TaskSettings, name: string, given: boolean | undefined, inFile?: boolean): boolean {
    const sources: [Origin, unknown][] = [
      ['flag', given === true ? given : undefined],
      ['task', this.earlier?.[key]],
      ['file', inFile],
    ];
    const [origin, value] = sources.find(([, value]) => value !== undefined) ?? ['default' as const, false];
    if (value === true || inFile !== undefined) this.origins.push({ name, value: String(value === true), origin });
    return value === true;
  }

  /** Whether a flag, the environment or the file names the setting. */
  isChosen(name: string): boolean {
    return this.origins.some((setting) => setting.name === name && setting.origin !== 'default');
  }

  private resolve<T extends string | number>(
    key: keyof TaskSettings,
    name: string,
    { flag, inFile, fallback }: Places<T>,
    read: Reader<T>,
  ): T {
    const variable = `BATCH_MANAGER_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`;
    const ofShell: Source[] = [
      ['environment', this.env[variable] || undefined, variable],
      ['file', inFile, `${name} in batch-manager.yaml`],
    ];
    const ofTask: Source[] = [['task', this.earlier?.[key] ?? undefined, `${name} of the earlier task`]];
    const sources: Source[] = [['flag', flag, `--${name}`], ...(this.earlier === null ? ofShell : ofTask)];
    const [origin, got, label] = sources.find(([, value]) => value !== undefined) ?? [
      'default' as const,
      undefined,
      '',
    ];
    // A number of an earlier task is in our own unit, and no text that a person wrote.
    const isOurs = origin === 'task' && typeof got === 'number';
    const value = got === undefined ? fallback : isOurs ? (got as T) : read(String(got), label);
    this.origins.push({ name, value, origin });
    return value;
  }
}

type Source = [Origin, string | number | boolean | undefined, string];

/** The settings of a task, each with its origin. */
export interface ResolvedSettings {
  readonly settings: TaskSettings;
  readonly origins: readonly Setting[];
}

/**
 * The settings of a task.
 * @throws UserError (usage) that names the flag, variable or key with the value that was got.
 */
export function taskSettings(flags: SettingFlags, env: NodeJS.ProcessEnv, file: SettingsFile): ResolvedSettings {
  return resolved(new Resolver(flags, env, file, null), flags, file, null);
}

/**
 * The settings of a task that goes on from an earlier one: flags that are given now, all else as the earlier task had it.
 * Today's environment and file change nothing in it; of the file only the names of models are asked.
 * @throws UserError (usage) as `taskSettings` does, and for a model that is no longer known.
 */
export function laterSettings(flags: SettingFlags, earlier: TaskSettings, file: SettingsFile): ResolvedSettings {
  return resolved(new Resolver(flags, {}, file, earlier), flags, file, earlier);
}

function resolved(
  from: Resolver,
  flags: SettingFlags,
  file: SettingsFile,
  earlier: TaskSettings | null,
): ResolvedSettings {
  const model = modelOf(file);
  const mainModel = from.take('model', 'model', 'model', model);
  const concurrency = from.take('concurrency', 'concurrency', 'concurrency', wholeNumber(1, MAX_CONCURRENCY));
  const reviews = reviewModel(from, flags, mainModel, model, earlier);
  const settings: TaskSettings = {
    model: mainModel,
    ...reviews,
    concurrency,
    prefetch:
      earlier !== null && earlier.prefetch === earlier.concurrency
        ? concurrency
        : from.take('prefetch', 'prefetch', null, wholeNumber(0, MAX_CONCURRENCY), concurrency),
    maxRounds: from.take('maxRounds', 'max-rounds', 'maxRounds', wholeNumber(0, 20)),
    passScore: from.take('passScore', 'pass-score', 'passScore', score),
    moduleTimeoutMs: from.take('moduleTimeoutMs', 'module-timeout', 'moduleTimeout', readDuration),
    callTimeoutMs: from.take('callTimeoutMs', 'call-timeout', null, readDuration),
    budgetUsd: from.take('budgetUsd', 'budget', 'budget', readAmount),
    moduleBudgetUsd: from.take('moduleBudgetUsd', 'module-budget', 'moduleBudget', readAmount),
    trustOldReviews: from.take('trustOldReviews', 'trust-old-reviews', null, oneOf(TRUST)),
    busyTries: from.take('busyTries', 'busy-tries', null, wholeNumber(0, 1000)),
    canary: from.take('canary', 'canary', 'canary', wholeNumber(0, 10_000)),
    breaker: from.take('breaker', 'breaker', null, wholeNumber(0, 10_000)),
    outageLimitMs: from.take('outageLimitMs', 'outage-limit', null, readDuration),
    halt: from.take('halt', 'halt', 'halt', percent),
    ask: from.takeSwitch('ask', 'ask', flags.ask, file.ask),
    askDeadlineMs: from.take('askDeadlineMs', 'ask-deadline', null, readDuration),
    reviewOnly: from.takeSwitch('reviewOnly', 'review-only', flags.reviewOnly),
    // What was asked anew once need not be again: a task that goes on takes the replies that there are.
    force: flags.force ?? false,
    noCache: from.takeSwitch('noCache', 'no-cache', flags.cache === false),
    propose: from.takeSwitch('propose', 'propose', flags.propose),
    editRestarts: from.take('editRestarts', 'edit-restarts', null, wholeNumber(0, 100)),
    gitDirty: from.takeGit('gitDirty', 'dirty', GIT_DIRTY),
    gitCommit: from.takeGit('gitCommit', 'commit', GIT_COMMIT),
    of: earlier?.of ?? null,
  };
  return { settings, origins: from.origins };
}

/** The model of reviews: one that was chosen, else the model that also fixes. */
function reviewModel(
  from: Resolver,
  flags: SettingFlags,
  mainModel: string,
  read: Reader<string>,
  earlier: TaskSettings | null,
): Pick<TaskSettings, 'reviewModel' | 'reviewFollows'> {
  if (earlier?.reviewFollows === true && flags.reviewModel === undefined)
    return { reviewModel: mainModel, reviewFollows: true };
  const reviews = from.take('reviewModel', 'review-model', 'reviewModel', read, mainModel);
  return { reviewModel: reviews, reviewFollows: !from.isChosen('review-model') };
}

/** `30%` or `30`. */
const percent: Reader<number> = (text, name) => {
  const value = Number(text.trim().replace(/%$/, ''));
  if (text.trim() !== '' && value >= 0 && value <= 100) return value;
  throw usageError(`${name} must be a percentage such as 30%, but got "${text}".`);
};

/**
 * The settings that a person changes of a running task; those that were given.
 * @throws UserError (usage) that names the flag with the value that was got.
 */
export function readLiveSettings(
  flags: Omit<SettingFlags, 'moduleTimeout' | 'reviewOnly' | 'force' | 'canary' | 'halt' | 'ask'>,
  file: SettingsFile,
): Partial<SetSettings> {
  const { concurrency, budget, moduleBudget, model, reviewModel, maxRounds, passScore } = flags;
  const read = modelOf(file);
  return {
    ...(concurrency !== undefined && { concurrency: wholeNumber(1, MAX_CONCURRENCY)(concurrency, '--concurrency') }),
    ...(budget !== undefined && { budgetUsd: readAmount(budget, '--budget') }),
    ...(moduleBudget !== undefined && { moduleBudgetUsd: readAmount(moduleBudget, '--module-budget') }),
    ...(model !== undefined && { model: read(model, '--model') }),
    ...(reviewModel !== undefined && { reviewModel: read(reviewModel, '--review-model') }),
    ...(maxRounds !== undefined && { maxRounds: wholeNumber(0, 20)(maxRounds, '--max-rounds') }),
    ...(passScore !== undefined && { passScore: score(passScore, '--pass-score') }),
  };
}
