import { expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/client/history-events.ts';
import { moduleStory, type ModuleStory } from '../../src/progress/rebuild-module.ts';
import { ModuleFold, type PlacedModule } from '../../src/progress/rebuild-modules.ts';
import type { ModuleRecord } from '../../src/store/records.ts';
import type { EndedModule, ModuleEnd } from '../../workflows/contract.ts';

type Event = HistoryEvent extends infer E ? (E extends HistoryEvent ? Omit<E, 'at'> : never) : never;

const plan = (...slugs: string[]): PlacedModule[] => slugs.map((slug, index) => ({ index, slug, number: index + 1 }));

const passed: EndedModule = {
  kind: 'ended',
  outcome: 'PASS_ON_REVIEW',
  score: 9.5,
  rounds: 0,
  changed: false,
  suspicious: false,
  failure: null,
  detail: 'review 9.5',
};
const wait = (restarts: number): ModuleEnd => ({
  kind: 'wait',
  note: { reason: 'base-changed', until: null, detail: null, base: 'h', rounds: 0, usedMs: 0, restarts },
});

let ids = 0;
const loads = (modules: readonly PlacedModule[]): Event => ({
  kind: 'done',
  name: 'loadPage',
  input: undefined,
  result: modules,
});
const initiates = (module: PlacedModule | undefined): Event & { id: number } => ({
  kind: 'child-initiated',
  id: (ids += 1),
  input: { module },
});
const closes = (
  initiated: number,
  how: 'completed' | 'failed' | 'canceled' | 'terminated',
  result?: ModuleEnd,
): Event => ({
  kind: 'child-closed',
  initiated,
  how,
  result,
  message: how === 'completed' || how === 'canceled' ? null : `it ${how}`,
});
const starts = (initiated: number, runId: string): Event => ({
  kind: 'child-started',
  initiated,
  workflowId: 'module/w/b1/x',
  runId,
});

/** A run of a module from start to end. */
function run(
  module: PlacedModule | undefined,
  runId: string,
  end: ModuleEnd | 'canceled' | 'failed' | 'terminated',
): Event[] {
  const initiated = initiates(module);
  const closed = typeof end === 'string' ? closes(initiated.id, end) : closes(initiated.id, 'completed', end);
  return [initiated, starts(initiated.id, runId), closed];
}

function update(id: string, name: string, arg: string, detail: string, changed = true): Event[] {
  const accepted = (ids += 1);
  return [
    { kind: 'update-accepted', id: accepted, updateId: id, name, arg },
    { kind: 'update-done', accepted, answer: { changed, detail } },
  ];
}

function fold(
  events: readonly Event[],
  options: {
    likely?: readonly PlacedModule[];
    stories?: ReadonlyMap<string, ModuleStory>;
    end?: 'stopped' | 'terminated' | 'other';
  } = {},
): Record<string, ModuleRecord> {
  const modules = new ModuleFold({ likely: options.likely ?? [], stories: options.stories ?? new Map(), busyTries: 2 });
  for (const event of events) modules.take({ at: '2026-11-24T08:00:00.000Z', ...event });
  if (options.end !== undefined) modules.endAll(options.end);
  return modules.modules;
}

test('a wait is no end, but the sixth edit is', () => {
  const [first, second] = plan('01-a', '02-b');
  const modules = fold([loads(plan('01-a', '02-b')), ...run(first, 'r1', wait(5)), ...run(second, 'r2', wait(6))]);
  expect(modules['01-a']?.outcome).toBeNull();
  expect(modules['02-b']).toMatchObject({
    outcome: 'BASE_CHANGED',
    detail: 'edited 6 times while it ran',
    run_id: 'r2',
  });
});

test('a module that another task holds ends as CONFLICT after its tries', () => {
  const [module] = plan('01-a');
  const refused = (): Event[] => {
    const initiated = initiates(module);
    return [initiated, { kind: 'child-refused', initiated: initiated.id }];
  };
  expect(fold([...refused(), ...refused()])['01-a']?.outcome).toBeNull();
  expect(fold([...refused(), ...refused(), ...refused()])['01-a']).toMatchObject({
    outcome: 'CONFLICT',
    detail: 'another task holds it; tried 3 times',
    run_id: null,
  });
  const moved = update('u', 'retryModule', '01-a', 'moved to the front');
  expect(fold([...refused(), ...refused(), ...moved, ...refused()])['01-a']?.outcome).toBeNull();
});

test('a child that failed or was terminated is an ERROR', () => {
  const [first, second] = plan('01-a', '02-b');
  const modules = fold([...run(first, 'r1', 'failed'), ...run(second, 'r2', 'terminated')]);
  expect(modules['01-a']).toMatchObject({ outcome: 'ERROR', failure: 'Bug', detail: 'it failed', run_id: 'r1' });
  expect(modules['02-b']).toMatchObject({ outcome: 'ERROR', detail: 'it terminated' });
});

const says = (event: string, text: string): Event => ({
  kind: 'done',
  name: 'logTask',
  input: undefined,
  result: { event, text },
});

test('stopped before it started, by an update and by a signal', () => {
  const modules = fold(
    [
      loads(plan('01-a', '02-b', '03-c')),
      ...update('u1', 'stopModule', '1', 'stopped before it started'),
      { kind: 'signal', name: 'stopModule', arg: 'b1/02-b' },
      says('stopModule', 'b1/02-b: stopped before it started (signal)'),
      { kind: 'signal', name: 'stopModule', arg: { not: 'a slug' } },
      says('stopModule', 'signal ignored: Name one module: its slug or its number.'),
      { kind: 'signal', name: 'skipModule', arg: '03-c' },
      says('skipModule', '03-c: no change: it had ended as FIXED (signal)'),
      ...update('u2', 'stopModule', '3', 'no change', false),
    ],
    { end: 'other' },
  );
  expect(modules['01-a']).toMatchObject({ outcome: 'STOPPED', detail: 'stopped before it started' });
  expect(modules['02-b']).toMatchObject({ outcome: 'STOPPED', detail: 'stopped before it started' });
  expect(modules['03-c']?.outcome).toBeNull();
});

test('stopped after a run that closed to wait: the answer says whether its cancel was in time', () => {
  const [first, second] = plan('01-a', '02-b');
  const modules = fold([
    ...run(first, 'r1', wait(0)),
    ...update('u1', 'stopModule', '1', 'stopped before it started'),
    ...run(second, 'r2', wait(0)),
    ...update('u2', 'skipModule', '2', 'skipped'),
  ]);
  expect(modules['01-a']).toMatchObject({ outcome: 'STOPPED', detail: 'stopped before it started', run_id: null });
  expect(modules['02-b']).toMatchObject({ outcome: 'SKIPPED', detail: 'skipped while it waited', run_id: 'r2' });
});

test('a retry whose run has ended before its answer opens nothing again', () => {
  const [module] = plan('01-a');
  const [accepted, done] = update('u1', 'retryModule', '01-a', 'runs again at the front') as [Event, Event];
  const again = run(module, 'r2', { ...passed, score: 9.9 });
  const modules = fold([...run(module, 'r1', passed), accepted, ...again, done]);
  expect(modules['01-a']).toMatchObject({ outcome: 'PASS_ON_REVIEW', score: 9.9 });
});

test('a question that was answered is none any more', () => {
  const [module] = plan('01-a');
  const asks: ModuleEnd = {
    kind: 'wait',
    note: { ...(wait(0) as Extract<ModuleEnd, { kind: 'wait' }>).note, reason: 'question', detail: 'STUCK: twice' },
  };
  expect(fold(run(module, 'r1', asks))['01-a']?.question).toBe('STUCK: twice');
  const accepted = (ids += 1);
  const answer: Event[] = [
    {
      kind: 'update-accepted',
      id: accepted,
      updateId: 'u',
      name: 'answerModule',
      arg: { module: '1', answer: 'skip' },
    },
    { kind: 'update-done', accepted, answer: { changed: true, detail: 'skipped' } },
  ];
  expect(fold([...run(module, 'r1', asks), ...answer])['01-a']).toMatchObject({ question: null, outcome: null });
});

test('a retry that did not come to run any more, and one sent again to the next run of the batch', () => {
  const [first, second] = plan('01-a', '02-b');
  const retry = (id: string, slug: string): Event[] => update(id, 'retryModule', slug, 'runs again at the front');
  const modules = fold(
    [
      ...run(first, 'r1', passed),
      ...retry('u1', '01-a'),
      ...run(second, 'r2', passed),
      ...retry('u2', '02-b'),
      ...run(second, 'r3', { ...passed, score: 9.9 }),
      { kind: 'started', input: {}, previousRun: 'before' },
      ...retry('u2', '02-b'),
    ],
    { end: 'stopped' },
  );
  expect(modules['01-a']).toMatchObject({ outcome: 'STOPPED', detail: 'not started', run_id: 'r1' });
  expect(modules['02-b']).toMatchObject({ outcome: 'PASS_ON_REVIEW', score: 9.9, run_id: 'r3' });
});

test('modules that no page named are taken from the workspace, those that are at the same place not', () => {
  const modules = fold([loads(plan('01-a'))], { likely: plan('01-renamed', '02-b'), end: 'stopped' });
  expect(Object.keys(modules)).toEqual(['01-a', '02-b']);
  expect(modules['02-b']).toMatchObject({ number: 2, outcome: 'STOPPED', detail: 'not started' });
});

const call = { name: 'review', input: { round: 0 } } as const;
const runOf = (...events: Event[]): ModuleStory =>
  moduleStory(
    [{ kind: 'started', input: { module: { track: 'b1', slug: '01-a' } }, previousRun: null } as Event, ...events].map(
      (event) => ({ at: '2026-11-24T08:00:00.000Z', ...event }),
    ),
  );

test('a batch that was terminated: what its open modules came to is in their own histories', () => {
  const modules = plan('01-a', '02-b', '03-c', '04-d');
  const open = (module: PlacedModule | undefined, runId: string): Event[] => run(module, runId, passed).slice(0, 2);
  const stories = new Map([
    ['r1', runOf({ kind: 'closed', how: 'completed', result: passed, message: null })],
    ['r2', runOf({ kind: 'scheduled', ...call }, { kind: 'not-done', ...call, aborted: true })],
    ['r3', runOf({ kind: 'scheduled', ...call })],
  ]);
  const told = fold([loads(modules), ...open(modules[0], 'r1'), ...open(modules[1], 'r2'), ...open(modules[2], 'r3')], {
    stories,
    end: 'terminated',
  });
  expect(Object.values(told).map(({ outcome, detail }) => [outcome, detail])).toEqual([
    ['PASS_ON_REVIEW', 'review 9.5'],
    ['STOPPED', 'stopped in review r0'],
    ['STOPPED', 'stopped in review r0'],
    ['STOPPED', 'not started'],
  ]);
});

test('a better version that was kept counts over the runs of a module, once a candidate', () => {
  const [module] = plan('01-a');
  const fix = { name: 'fix', input: { round: 1 } } as const;
  const applied = runOf(
    { kind: 'scheduled', ...fix },
    {
      kind: 'done',
      name: 'stage',
      input: undefined,
      result: { kind: 'staged', version: { hash: 'h', auditPassed: true, failing: [] }, files: ['lesson'] },
    },
    { kind: 'done', name: 'apply', input: undefined, result: { kind: 'applied', files: ['b1/01-a.md'] } },
  );
  const stories = new Map([
    ['r1', applied],
    ['r2', applied],
  ]);
  const modules = fold([...run(module, 'r1', wait(0)), ...run(module, 'r2', 'canceled')], { stories });
  expect(modules['01-a']).toMatchObject({
    outcome: 'STOPPED',
    rounds: 1,
    changed: true,
    detail: 'stopped in fix r1, a better version was kept',
  });
  expect(applied.lines.map(({ event, text }) => `${event}: ${text}`)).toEqual([
    'stage r1: lesson changed, audit passed',
    'apply r1: wrote b1/01-a.md',
  ]);
});
