import { z } from 'zod';
import { LEVEL_NUMBERS } from '../audit/overrides.ts';
import { PROTOCOLS } from '../model/providers.ts';
import { MAX_CONCURRENCY } from '../domain/settings.ts';

const modelName = z.string().min(1);
const duration = z.union([z.string(), z.number()]);
const count = z.number().int().min(0);

/** Numbers of a level that a workspace may set otherwise; see docs/audit.md. */
const levelSchema = z.partialRecord(z.enum(LEVEL_NUMBERS), z.number().min(0));

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
  /** Percent of the ended modules that, once they failed, pause a task. */
  halt: z.union([z.string(), z.number()]).optional(),
  /** Whether modules that cannot pass wait for a person's answer, and how long. */
  ask: z.boolean().optional(),
  'ask-deadline': duration.optional(),
  'trust-old-reviews': z.enum(['off', 'newer']).optional(),
  'busy-tries': count.optional(),
  /** Path of the manifest, from the workspace's root. */
  manifest: z.string().optional(),
  audit: z
    .strictObject({
      command: z.string().optional(),
      'in-place': z.boolean().optional(),
      timeout: duration.optional(),
      'word-target': z.enum(['plan', 'table']).optional(),
    })
    .optional(),
  levels: z.record(z.string(), levelSchema).optional(),
  /** Other addresses of known providers, and providers of the workspace's own, by name; see docs/models.md. */
  providers: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, 'a provider name has small letters, digits and "-"'),
      z.strictObject({
        'base-url': z.string().optional(),
        protocol: z.enum(PROTOCOLS).optional(),
        'key-variable': z.string().optional(),
      }),
    )
    .optional(),
  /** USD a million tokens by `provider/model`: for models without a known price, or with another. */
  prices: z
    .record(
      z.string(),
      z.strictObject({
        input: z.number().min(0),
        output: z.number().min(0),
        'cached-input': z.number().min(0).optional(),
      }),
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
