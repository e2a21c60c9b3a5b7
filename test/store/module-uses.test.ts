import { expect, test } from 'vitest';
import type { Outcome } from '../../src/domain/outcome.ts';
import { LedgerStore } from '../../src/store/ledger.ts';
import { moduleUses, type UsesWanted } from '../../src/store/module-uses.ts';
import { blankModule, startOfRecord } from '../../src/store/record-schema.ts';
import { RecordStore } from '../../src/store/records.ts';
import { workspaceAt, type Workspace } from '../../src/store/workspace.ts';
import { batchInput } from '../helpers/scripted-activities.ts';
import { tempFolder } from '../helpers/temp.ts';

const AT = '2026-11-24T10:00:00.000Z';

/** A call of a module in the tests' shorthand: its ask, its round, and its model where it is another. */
type Call = readonly [ask: string, round: number | null, model?: string];

/** Notes a task whose modules ended so and made such calls; each takes 2 s and a hundred tokens in, ten out, for a cent. */
async function note(
  workspace: Workspace,
  taskId: string,
  modules: Readonly<Record<string, readonly [outcome: Outcome, calls: readonly Call[]]>>,
  settings: { model?: string } = {},
): Promise<void> {
  const { model = 'work/m' } = settings;
  const ledger = new LedgerStore(workspace);
  const entries = Object.entries(modules);
  for (const [slug, [, calls]] of entries) {
    for (const [index, [ask, round, other = model]] of calls.entries()) {
      const id = `${slug} ${index}`;
      const parts = { reply: id, module: `b1/${slug}`, generation: 0, ask, round, model: other };
      ledger.append(taskId, { kind: 'asked', id, at: AT, ...parts, characters: 300, reserved: 0 });
      const at = new Date(Date.parse(AT) + 2000).toISOString();
      ledger.append(taskId, { kind: 'settled', id, at, usd: 0.01, input: 100, output: 10, estimated: false });
    }
  }
  await new RecordStore(workspace).put({
    ...startOfRecord({ ...batchInput(taskId, entries.length, { model, reviewModel: model }), taskId }),
    created_at: AT,
    updated_at: AT,
    ended_at: AT,
    stopped_at: null,
    status: 'completed',
    reason: null,
    wait: null,
    output_file: '',
    total: entries.length,
    counts: {},
    modules: Object.fromEntries(
      entries.map(([slug, [outcome]], index) => [slug, { ...blankModule(index + 1), outcome }]),
    ),
    cost: null,
  });
}

const wanted = (change: Partial<UsesWanted> = {}): UsesWanted => ({
  operation: 'fix-review',
  track: 'b1',
  model: 'work/m',
  reviewModel: 'work/m',
  maxRounds: 3,
  reviewOnly: false,
  priceOf: () => Promise.resolve(null),
  ...change,
});

const uses = (workspace: Workspace, change: Partial<UsesWanted> = {}) =>
  moduleUses(new RecordStore(workspace), new LedgerStore(workspace), wanted(change));

test('modules that were worked on to the end tell what each of them needed; others do not', async () => {
  const workspace = workspaceAt(tempFolder());
  const round: Call[] = [
    ['review', 0],
    ['fix', 1],
    ['review', 1],
  ];
  await note(workspace, 'fix-review-b1-1-6-20261124100000', {
    '01': ['FIXED', round],
    '02': ['STOPPED', [['review', 0]]],
    '03': ['ALREADY_PASS', []],
    '04': ['ERROR', [['review', 0]]],
    '05': ['FAIL_AFTER_RETRIES', [...round, ['fix', 2], ['review', 2]]],
    '06': [
      'FIXED',
      [
        ['review', 0, 'old/m'],
        ['fix', 1],
        ['review', 1],
      ],
    ],
  });
  await note(workspace, 'fix-review-b1-1-1-20261124110000', { '01': ['FIXED', round] }, { model: 'other/m' });
  const use = { calls: 3, inputTokens: 300, outputTokens: 30, usd: expect.closeTo(0.03), ms: 6000 };
  const longer = { calls: 5, inputTokens: 500, outputTokens: 50, usd: expect.closeTo(0.05), ms: 10_000 };
  expect(await uses(workspace)).toEqual([use, longer]);
  expect(await uses(workspace, { maxRounds: 1 })).toEqual([use, use]);
  expect(await uses(workspace, { model: 'other/m', reviewModel: 'other/m' })).toEqual([use]);
  expect(await uses(workspace, { track: 'b2' })).toEqual([]);
  expect(await uses(workspace, { operation: 'research' })).toEqual([]);
});

test('a task that only reviews is told from first reviews, and tells nothing of fixes', async () => {
  const workspace = workspaceAt(tempFolder());
  await note(workspace, 'fix-review-b1-1-2-20261124100000', {
    '01': ['REVIEWED', [['review', 0]]],
    '02': [
      'PASS_ON_REVIEW',
      [
        ['review', 0],
        ['again', 0],
      ],
    ],
  });
  expect(await uses(workspace)).toEqual([]);
  expect((await uses(workspace, { reviewOnly: true })).map(({ calls }) => calls)).toEqual([1, 2]);
});
