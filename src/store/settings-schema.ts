import { z } from 'zod';
import { GIT_COMMIT, GIT_DIRTY, type TaskSettings } from '../domain/settings.ts';

/** One line a setting: a new one that is missing here does not compile, so that no record and no retry forgets it. */
const shape = {
  model: z.string(),
  reviewModel: z.string(),
  reviewFollows: z.boolean(),
  concurrency: z.number(),
  prefetch: z.number(),
  maxRounds: z.number(),
  passScore: z.number(),
  moduleTimeoutMs: z.number(),
  callTimeoutMs: z.number(),
  budgetUsd: z.number(),
  moduleBudgetUsd: z.number(),
  canary: z.number(),
  breaker: z.number(),
  halt: z.number(),
  outageLimitMs: z.number(),
  ask: z.boolean(),
  askDeadlineMs: z.number(),
  noCache: z.boolean(),
  reviewOnly: z.boolean(),
  force: z.boolean(),
  trustOldReviews: z.enum(['off', 'newer']),
  busyTries: z.number(),
  propose: z.boolean(),
  editRestarts: z.number(),
  gitDirty: z.enum(GIT_DIRTY),
  gitCommit: z.enum(GIT_COMMIT),
  of: z.string().nullable(),
} satisfies { readonly [K in keyof TaskSettings]: z.ZodType<TaskSettings[K]> };

/** The settings of a task as its record keeps them. */
export const taskSettingsSchema = z.object(shape);
