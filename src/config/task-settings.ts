import { usageError } from '../domain/errors.ts';
import {
  DEFAULT_SETTINGS,
  GIT_COMMIT,
  GIT_DIRTY,
  MAX_CONCURRENCY,
  type LiveSettings,
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

export type Origin = 'flag' | 'environment' | 'file' | 'default';

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

/** Takes each setting from flag, environment, file or default, in this order. */
class Resolver {
  readonly origins: Setting[] = [];
  private readonly flags: SettingFlags;
  private readonly env: NodeJS.ProcessEnv;
  private readonly file: SettingsFile;

  constructor(flags: SettingFlags, env: NodeJS.ProcessEnv, file: SettingsFile) {
    this.flags = flags;
    this.env = env;
    this.file = file;
  }

  take<T extends string | number>(name: SettingName, flag: keyof SettingFlags | null, fallback: T, read: Reader<T>): T {
    return this.resolve(name, flag === null ? undefined : this.flags[flag], this.file[name], fallback, read);
  }

  /** A setting of the file's `git`; it has no flag. */
  takeGit<T extends string>(key: 'dirty' | 'commit', fallback: T, words: readonly T[]): T {
    return this.resolve(`git.${key}`, undefined, this.file.git?.[key], fallback, oneOf(words));
  }

  private resolve<T extends string | number>(
    name: string,
    flag: string | boolean | undefined,
    inFile: string | number | undefined,
    fallback: T,
    read: Reader<T>,
  ): T {
    const variable = `BATCH_MANAGER_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`;
    const sources: [Origin, string | number | boolean | undefined, string][] = [
      ['flag', flag, `--${name}`],
      ['environment', this.env[variable] || undefined, variable],
      ['file', inFile, `${name} in batch-manager.yaml`],
    ];
    const [origin, got, label] = sources.find(([, value]) => value !== undefined) ?? [
      'default' as const,
      undefined,
      '',
    ];
    const value = got === undefined ? fallback : read(String(got), label);
    this.origins.push({ name, value, origin });
    return value;
  }
}

/**
 * The settings of a task, each with its origin.
 * @throws UserError (usage) that names the flag, variable or key with the value that was got.
 */
export function taskSettings(
  flags: SettingFlags,
  env: NodeJS.ProcessEnv,
  file: SettingsFile,
): { readonly settings: TaskSettings; readonly origins: readonly Setting[] } {
  const from = new Resolver(flags, env, file);
  const base = DEFAULT_SETTINGS;
  const model = modelOf(file);
  const mainModel = from.take('model', 'model', base.model, model);
  const concurrency = from.take('concurrency', 'concurrency', base.concurrency, wholeNumber(1, MAX_CONCURRENCY));
  const settings: TaskSettings = {
    model: mainModel,
    // A review by the model that also fixes is the default; a second model is a choice.
    reviewModel: from.take('review-model', 'reviewModel', mainModel, model),
    concurrency,
    prefetch: from.take('prefetch', null, concurrency, wholeNumber(0, MAX_CONCURRENCY)),
    maxRounds: from.take('max-rounds', 'maxRounds', base.maxRounds, wholeNumber(0, 20)),
    passScore: from.take('pass-score', 'passScore', base.passScore, score),
    moduleTimeoutMs: from.take('module-timeout', 'moduleTimeout', base.moduleTimeoutMs, readDuration),
    callTimeoutMs: from.take('call-timeout', null, base.callTimeoutMs, readDuration),
    budgetUsd: from.take('budget', 'budget', base.budgetUsd, readAmount),
    moduleBudgetUsd: from.take('module-budget', 'moduleBudget', 0, readAmount),
    trustOldReviews: from.take('trust-old-reviews', null, base.trustOldReviews, oneOf(TRUST)),
    busyTries: from.take('busy-tries', null, base.busyTries, wholeNumber(0, 1000)),
    canary: from.take('canary', 'canary', 0, wholeNumber(0, 10_000)),
    breaker: from.take('breaker', null, 5, wholeNumber(0, 10_000)),
    outageLimitMs: from.take('outage-limit', null, base.outageLimitMs, readDuration),
    halt: from.take('halt', 'halt', 0, percent),
    ask: flags.ask ?? file.ask ?? false,
    askDeadlineMs: from.take('ask-deadline', null, 7 * 24 * 3_600_000, readDuration),
    reviewOnly: flags.reviewOnly ?? false,
    force: flags.force ?? false,
    noCache: flags.cache === false,
    auditCommand: file.audit?.command !== undefined,
    propose: flags.propose ?? false,
    editRestarts: from.take('edit-restarts', null, base.editRestarts, wholeNumber(0, 100)),
    gitDirty: from.takeGit('dirty', base.gitDirty, GIT_DIRTY),
    gitCommit: from.takeGit('commit', base.gitCommit, GIT_COMMIT),
    of: null,
  };
  return { settings, origins: from.origins };
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
): Partial<LiveSettings> {
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
