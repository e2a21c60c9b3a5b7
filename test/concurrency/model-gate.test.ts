import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ModelGates, type Refusal } from '../../src/concurrency/model-gate.ts';
import { ModelGateStore } from '../../src/store/model-gates.ts';
import { tempFolder } from '../helpers/temp.ts';

const MODEL = 'google/gemini-2.5-flash';
/** A refusal that asks to wait for so long. */
const refusal = (ms: number, reason: string, more: Partial<Refusal> = {}): Refusal => ({
  kind: 'rate',
  model: MODEL,
  reason,
  askedAt: Date.now(),
  waitMs: () => ms,
  ...more,
});
const gatesIn = (folder: string): ModelGates => new ModelGates(new ModelGateStore(folder));

test('a gate is open until it is closed; when its time has come one goes first, and opens it for all', async () => {
  const folder = tempFolder();
  const [here, elsewhere] = [gatesIn(folder), gatesIn(folder)];
  expect(await here.enter('k')).toEqual({ kind: 'open' });
  await here.close('k', refusal(1000, 'slow down'));
  expect(await elsewhere.enter('k')).toMatchObject({ kind: 'closed', gate: { model: MODEL, probing: false } });
  expect(await elsewhere.enter('another')).toEqual({ kind: 'open' });
  await sleep(1010);
  const entered = await Promise.all([here.enter('k'), here.enter('k'), here.enter('k')]);
  expect(entered.map(({ kind }) => kind)).toEqual(['probe', 'closed', 'closed']);
  expect(await elsewhere.enter('k')).toMatchObject({ kind: 'closed', gate: { probing: true } });
  await here.open('k');
  expect(await elsewhere.enter('k')).toEqual({ kind: 'open' });
});

test('one that goes first and is told to wait closes it anew; one that tells nothing gives its turn back', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('k', refusal(0, 'slow down'));
  const first = await gates.enter('k');
  if (first.kind !== 'probe') throw new Error(first.kind);
  await gates.giveBack('k', first.gate);
  expect((await gates.enter('k')).kind).toBe('probe');
  await gates.close('k', refusal(60_000, 'slower'));
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'slower', probing: false } });
});

test('one that goes first does not open what a slower call of before had to close meanwhile', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('k', refusal(0, 'slow down'));
  expect((await gates.enter('k')).kind).toBe('probe');
  await gates.close('k', refusal(60_000, 'slower'));
  await gates.open('k');
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'slower' } });
});

test('a shorter wait does not open a gate that is closed for longer', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('k', refusal(60_000, 'a long one'));
  await gates.close('k', refusal(10, 'a short one'));
  await sleep(20);
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'a long one' } });
});

test('a gate file that cannot be read counts as open', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'k.json'), '{"until');
  expect(await gatesIn(folder).enter('k')).toEqual({ kind: 'open' });
});

test('a gate that closes only in an hour has a clock that was set back: one goes first, and the others wait for it', async () => {
  const folder = tempFolder();
  const inAnHour = Date.now() + 3_600_000;
  const gate = {
    model: MODEL,
    since: new Date(inAnHour).toISOString(),
    until: new Date(inAnHour + 5000).toISOString(),
    reason: 'slow down',
    probing: false,
  };
  writeFileSync(join(folder, 'k.json'), JSON.stringify(gate));
  const gates = gatesIn(folder);
  expect((await gates.enter('k')).kind).toBe('probe');
  expect((await gates.enter('k')).kind).toBe('closed');
  await gates.close('k', refusal(60_000, 'slower'));
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'slower', probing: false } });
});

test('waits grow with refusals in a row, over restarts; calls that are refused together are one refusal', async () => {
  const folder = tempFolder();
  const seen: number[] = [];
  const growing = (askedAt: number): Refusal =>
    refusal(0, 'no', { askedAt, waitMs: (refusals) => (seen.push(refusals), refusals) });
  const first = Date.now() - 10;
  for (let burst = 0; burst < 8; burst += 1) await gatesIn(folder).close('k', growing(first));
  expect(new Set(seen)).toEqual(new Set([1]));
  for (let probe = 2; probe < 5; probe += 1) {
    await sleep(20);
    expect((await gatesIn(folder).enter('k')).kind).toBe('probe');
    await gatesIn(folder).close('k', growing(Date.now()));
    expect(seen.at(-1)).toBe(probe);
  }
  await gatesIn(folder).lift('k');
  await gatesIn(folder).close('k', growing(Date.now()));
  expect(seen.at(-1)).toBe(1);
});

test('any answer opens a gate that nobody answered at, and none that a provider closed', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('down', refusal(60_000, 'ECONNREFUSED', { kind: 'outage' }));
  await gates.close('slow', refusal(60_000, 'slow down'));
  for (const key of ['down', 'slow', 'open']) await gates.answered(key);
  expect((await gates.enter('down')).kind).toBe('open');
  expect((await gates.enter('slow')).kind).toBe('closed');
});

test('a call that was made before the one that asks for all does not close a gate again that nobody answered at', async () => {
  const gates = gatesIn(tempFolder());
  const early = Date.now() - 1000;
  await gates.close('k', refusal(0, 'down', { kind: 'outage' }));
  expect((await gates.enter('k')).kind).toBe('probe');
  await gates.close('k', refusal(60_000, 'a late one', { kind: 'outage', askedAt: early }));
  await gates.open('k');
  expect((await gates.enter('k')).kind).toBe('open');
});

test.each([
  ['a time in the year 9999', { until: '9999-12-31T00:00:00.000Z' }],
  ['a time in the year 9999, closed just now', { until: '9999-12-31T00:00:00.000Z', since: new Date().toISOString() }],
  ['a number', { until: 9e12 }],
  ['no time', {}],
  ['words', { until: 'Infinity', since: 'NaN', refusals: -1, probing: 'yes', kind: 'other' }],
])('a file with %s keeps a gate closed for an hour at most', async (_, times) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'k.json'), JSON.stringify({ model: MODEL, reason: 'x', probing: false, ...times }));
  const store = new ModelGateStore(folder);
  const gate = await store.get('k');
  expect(Date.parse(gate?.until ?? '') - Date.now()).toBeLessThanOrEqual(3_600_000);
  expect(await store.list()).toEqual([gate]);
});
