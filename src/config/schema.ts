import { z } from 'zod';
import { CLI_OUTPUTS, isInside } from '../model/cli/template.ts';
import { MODEL_ERROR_CLASSES } from '../model/model.ts';
import { GATE_MODES } from '../audit/gate-modes.ts';
import { LEVEL_NAMES } from '../audit/levels.ts';
import { LEVEL_NUMBERS, type LevelNumber } from '../audit/overrides.ts';
import { WORD_TARGET_SOURCES } from '../audit/word-target.ts';
import { PROTOCOLS } from '../model/providers.ts';
import { GIT_COMMIT, GIT_DIRTY, MAX_CONCURRENCY } from '../domain/settings.ts';
import { readDuration } from './duration.ts';

const modelName = z.string().min(1);
/** A time to wait; checked here, so that every command refuses a wrong one and not the worker alone. */
const duration = z.union([z.string(), z.number()]).superRefine((value, context) => {
  try {
    readDuration(String(value), 'it');
  } catch (error) {
    context.addIssue((error as Error).message);
  }
});
const count = z.number().int().min(0);

const types = z.array(z.string().min(1));

/** What a workspace may set otherwise of a level; see docs/audit.md. */
const levelSchema = z.strictObject({
  ...(Object.fromEntries(LEVEL_NUMBERS.map((name) => [name, z.number().min(0).optional()])) as Record<
    LevelNumber,
    z.ZodOptional<z.ZodNumber>
  >),
  like: z.enum(LEVEL_NAMES).optional(),
  'priority-types': types.optional(),
  'required-types': types.optional(),
  'item-minimums': z.record(z.string(), z.number().int().min(1)).optional(),
});

/** USD a million tokens; a thousand times what the dearest model costs is a slip. */
const price = z.number().min(0).max(1_000_000);

const NAME = /^[a-z][a-z0-9-]*$/;
const NAME_RULE = 'a provider name has small letters, digits and "-"';

const jsonPaths = z.union([z.string(), z.array(z.string())]);
const exitCode = z.number().int().min(0).max(255);

const cliSchema = z.strictObject({
  command: z.string().min(1).optional(),
  model: z.string().includes('{model}', { error: 'it has no {model}' }).optional(),
  output: z.enum(CLI_OUTPUTS).optional(),
  text: z.string().optional(),
  'finish-reason': z.string().optional(),
  error: z.string().optional(),
  usage: z
    .strictObject({
      input: jsonPaths.optional(),
      output: jsonPaths.optional(),
      reasoning: jsonPaths.optional(),
      cached: jsonPaths.optional(),
    })
    .optional(),
  env: z.array(z.string().regex(/^[A-Za-z_]\w*$/, 'the name of an environment variable, without a value')).optional(),
  'set-env': z.record(z.string(), z.string()).optional(),
  files: z.record(z.string().refine(isInside, 'a path below the scratch folder'), z.string()).optional(),
  failures: z
    .array(
      z
        .strictObject({
          class: z.enum(MODEL_ERROR_CLASSES),
          'exit-code': z.union([exitCode, z.array(exitCode)]).optional(),
          text: z.string().refine(isPattern, 'not a regular expression').optional(),
        })
        .refine((rule) => rule['exit-code'] !== undefined || rule.text !== undefined, 'exit-code or text is needed'),
    )
    .optional(),
  version: z.string().min(1).optional(),
});

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** The settings file, batch-manager.yaml: keys are the flags' names. Unknown keys are refused: a typo must not be silent. */
export const settingsFileSchema = z.strictObject({
  model: modelName.optional(),
  'review-model': modelName.optional(),
  concurrency: z.number().int().min(1).max(MAX_CONCURRENCY).optional(),
  prefetch: count.optional(),
  'max-rounds': count.optional(),
  'pass-score': z.number().min(0).max(10).optional(),
  'module-timeout': duration.optional(),
  'call-timeout': duration.optional(),
  /** USD a task may spend. */
  budget: z.number().min(0).optional(),
  /** Modules that run before a person looks. */
  canary: count.optional(),
  /** Modules in a row with the same failure of what they depend on that pause a task. */
  breaker: count.optional(),
  /** How long an outage of a provider is waited out before a task pauses; 0: for ever. */
  'outage-limit': duration.optional(),
  /** Percent of the ended modules that, once they failed, pause a task. */
  halt: z.union([z.string(), z.number()]).optional(),
  /** Whether modules that cannot pass wait for a person's answer, and how long. */
  ask: z.boolean().optional(),
  'ask-deadline': duration.optional(),
  /** USD that one module may cost. */
  'module-budget': z.number().min(0).optional(),
  'trust-old-reviews': z.enum(['off', 'newer']).optional(),
  'busy-tries': count.optional(),
  'edit-restarts': count.optional(),
  /** See docs/git.md. */
  git: z.strictObject({ dirty: z.enum(GIT_DIRTY).optional(), commit: z.enum(GIT_COMMIT).optional() }).optional(),
  /** See docs/notify.md. */
  notify: z
    .strictObject({
      command: z.string().min(1).optional(),
      url: z.url({ protocol: /^https?$/ }).optional(),
      timeout: duration.optional(),
      terminal: z.boolean().optional(),
    })
    .optional(),
  /** Path of the manifest, from the workspace's root. */
  manifest: z.string().optional(),
  audit: z
    .strictObject({
      command: z.string().optional(),
      'in-place': z.boolean().optional(),
      timeout: duration.optional(),
      'word-target': z.enum(WORD_TARGET_SOURCES).optional(),
      /** Gates that are left out or judge otherwise; their names are checked where they are used. */
      gates: z.record(z.string(), z.enum(GATE_MODES)).optional(),
      /** Names that may mix Latin and Ukrainian letters, such as monoбанк. */
      'mixed-words': z.array(z.string().regex(/^\S{2,}$/, 'a name without spaces')).optional(),
    })
    .optional(),
  levels: z.record(z.string(), levelSchema).optional(),
  /** Other addresses of known providers, and providers of the workspace's own, by name; see docs/models.md. */
  providers: z
    .record(
      z.string().regex(NAME, NAME_RULE),
      z.strictObject({
        'base-url': z.string().optional(),
        protocol: z.enum(PROTOCOLS).optional(),
        'key-variable': z.string().optional(),
        'structured-output': z.boolean().optional(),
      }),
    )
    .optional(),
  /** Agent CLIs of the workspace's own, by name, and other settings of known ones; see docs/agent-clis.md. */
  clis: z.record(z.string().regex(NAME, NAME_RULE), cliSchema).optional(),
  /** USD a million tokens by `provider/model`: for models without a known price, or with another. */
  prices: z
    .record(
      z.string().regex(/^[^/\s]+\/\S+$/, 'a model is written as provider/model'),
      z.strictObject({ input: price, output: price, 'cached-input': price.optional() }),
    )
    .optional(),
  engine: z
    .strictObject({
      'idle-minutes': z.number().min(0).optional(),
      /** Whether a warm spare worker is kept while tasks are open. */
      spare: z.boolean().optional(),
    })
    .optional(),
});

export type SettingsFile = z.infer<typeof settingsFileSchema>;
