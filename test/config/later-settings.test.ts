/** A task that goes on from an earlier one has all of its settings, whatever they are. */
import { expect, test } from 'vitest';
import { laterSettings, taskSettings, type SettingFlags } from '../../src/config/task-settings.ts';
import { changedSettings, DEFAULT_SETTINGS, type TaskSettings } from '../../src/domain/settings.ts';
import { recordText } from '../../src/store/records.ts';
import { readRecord } from '../../src/store/record-versions.ts';
import { taskRecord } from '../helpers/task-record.ts';

/** No setting has its default; the type asks for each new one. */
const CHOSEN: Required<TaskSettings> = {
  model: 'ollama/qwen3:8b',
  reviewModel: 'anthropic/claude-sonnet-4-5',
  reviewFollows: false,
  concurrency: 3,
  prefetch: 5,
  maxRounds: 7,
  passScore: 8.5,
  moduleTimeoutMs: 1_234_567,
  callTimeoutMs: 98_765,
  budgetUsd: 12.5,
  moduleBudgetUsd: 0.75,
  canary: 4,
  breaker: 9,
  outageLimitMs: 3_600_001,
  halt: 35,
  ask: true,
  askDeadlineMs: 60_001,
  noCache: true,
  reviewOnly: true,
  force: true,
  trustOldReviews: 'newer',
  busyTries: 2,
  propose: true,
  editRestarts: 1,
  gitDirty: 'skip',
  gitCommit: 'module',
  of: 'fix-review-b1-1-1-20260101000000',
};

test.each(Object.keys(DEFAULT_SETTINGS) as (keyof TaskSettings)[])('%s is kept by the record and by a retry', (key) => {
  expect(CHOSEN[key]).not.toEqual(DEFAULT_SETTINGS[key]);
  const reading = readRecord(recordText({ ...taskRecord(), settings: CHOSEN }));
  const kept = reading?.kind === 'record' ? reading.record.settings : null;
  expect(kept?.[key]).toEqual(CHOSEN[key]);
  // Today's file says otherwise.
  const file = { model: 'offline', concurrency: 60, 'max-rounds': 1, ask: false, git: { dirty: 'allow' } } as const;
  const { settings } = laterSettings({}, CHOSEN, file);
  // Only this one is asked for each time anew.
  expect(settings[key]).toEqual(key === 'force' ? false : CHOSEN[key]);
});

const FLAGS: readonly (readonly [SettingFlags, Partial<TaskSettings>])[] = [
  [{ model: 'offline' }, { model: 'offline/rules-1', reviewModel: CHOSEN.reviewModel }],
  [{ reviewModel: 'offline' }, { model: CHOSEN.model, reviewModel: 'offline/rules-1' }],
  [{ concurrency: '2' }, { concurrency: 2, prefetch: 5 }],
  [{ maxRounds: '0' }, { maxRounds: 0 }],
  [{ passScore: '9.9' }, { passScore: 9.9 }],
  [{ moduleTimeout: '90s' }, { moduleTimeoutMs: 90_000 }],
  [{ budget: '0' }, { budgetUsd: 0 }],
  [{ moduleBudget: '3' }, { moduleBudgetUsd: 3 }],
  [{ canary: '0' }, { canary: 0 }],
  [{ halt: '0' }, { halt: 0 }],
  [{ force: true }, { force: true }],
];

test.each(FLAGS)('the flags %j win over the earlier task, and all else is as it was', (flags, changed) => {
  const { settings, origins } = laterSettings(flags, CHOSEN, {});
  expect(settings).toEqual({ ...CHOSEN, force: false, ...changed });
  expect(origins.every(({ origin }) => origin === 'flag' || origin === 'task')).toBe(true);
});

test('a switch that the earlier task did not have can be turned on', () => {
  const { settings } = laterSettings({ propose: true, ask: true, cache: false }, DEFAULT_SETTINGS, {});
  expect(settings).toMatchObject({ propose: true, ask: true, noCache: true, reviewOnly: false });
});

test('a record of settings that are not whole has none', () => {
  const { gitCommit: _, ...rest } = CHOSEN;
  const reading = readRecord(recordText({ ...taskRecord(), settings: rest as TaskSettings }));
  expect(reading).toMatchObject({ kind: 'record', record: { settings: null } });
});

const followed = taskSettings({ model: 'offline' }, {}, {}).settings;

test.each([
  [
    'a model that reviews follow',
    followed,
    { model: 'a/b' },
    { model: 'a/b', reviewModel: 'a/b', reviewFollows: true },
  ],
  ['a model beside chosen reviews', CHOSEN, { model: 'a/b' }, { model: 'a/b', reviewModel: CHOSEN.reviewModel }],
  [
    'reviews alone',
    followed,
    { reviewModel: 'a/b' },
    { model: followed.model, reviewModel: 'a/b', reviewFollows: false },
  ],
  ['both', followed, { model: 'a/b', reviewModel: 'c/d' }, { model: 'a/b', reviewModel: 'c/d', reviewFollows: false }],
  ['neither', followed, { maxRounds: 1 }, { model: followed.model, reviewModel: followed.reviewModel, maxRounds: 1 }],
] as const)('set changes %s', (_, before, changes, after) => {
  expect(changedSettings(before, changes)).toMatchObject(after);
});

test.each([
  [{}, {}, {}, true],
  [{ reviewModel: 'offline' }, {}, {}, false],
  [{}, { BATCH_MANAGER_REVIEW_MODEL: 'offline' }, {}, false],
  [{}, {}, { 'review-model': 'offline' }, false],
])('reviews follow the model unless one was chosen: flags %j, environment %j, file %j', (flags, env, file, follows) => {
  expect(taskSettings(flags, env, file).settings.reviewFollows).toBe(follows);
});

test('reviews that follow go along with a model that is given later', () => {
  expect(laterSettings({ model: 'ollama/m' }, followed, {}).settings).toMatchObject({
    model: 'ollama/m',
    reviewModel: 'ollama/m',
    reviewFollows: true,
  });
});
