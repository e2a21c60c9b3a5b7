import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ModelGates } from '../../src/concurrency/model-gate.ts';
import { ModelGateStore } from '../../src/store/model-gates.ts';
import { tempFolder } from '../helpers/temp.ts';

const MODEL = 'google/gemini-2.5-flash';
const gatesIn = (folder: string): ModelGates => new ModelGates(new ModelGateStore(folder));

test('a gate is open until it is closed; when its time has come one goes first, and opens it for all', async () => {
  const folder = tempFolder();
  const [here, elsewhere] = [gatesIn(folder), gatesIn(folder)];
  expect(await here.enter('k')).toEqual({ kind: 'open' });
  await here.close('k', MODEL, 150, 'slow down');
  expect(await elsewhere.enter('k')).toMatchObject({ kind: 'closed', gate: { model: MODEL, probing: false } });
  expect(await elsewhere.enter('another')).toEqual({ kind: 'open' });
  await sleep(160);
  const entered = await Promise.all([here.enter('k'), here.enter('k'), here.enter('k')]);
  expect(entered.map(({ kind }) => kind)).toEqual(['probe', 'closed', 'closed']);
  expect(await elsewhere.enter('k')).toMatchObject({ kind: 'closed', gate: { probing: true } });
  await here.open('k');
  expect(await elsewhere.enter('k')).toEqual({ kind: 'open' });
});

test('one that goes first and is told to wait closes it anew; one that tells nothing gives its turn back', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('k', MODEL, 0, 'slow down');
  const first = await gates.enter('k');
  if (first.kind !== 'probe') throw new Error(first.kind);
  await gates.giveBack('k', first.gate);
  expect((await gates.enter('k')).kind).toBe('probe');
  await gates.close('k', MODEL, 60_000, 'slower');
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'slower', probing: false } });
});

test('one that goes first does not open what a slower call of before had to close meanwhile', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('k', MODEL, 0, 'slow down');
  expect((await gates.enter('k')).kind).toBe('probe');
  await gates.close('k', MODEL, 60_000, 'slower');
  await gates.open('k');
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'slower' } });
});

test('a shorter wait does not open a gate that is closed for longer', async () => {
  const gates = gatesIn(tempFolder());
  await gates.close('k', MODEL, 60_000, 'a long one');
  await gates.close('k', MODEL, 10, 'a short one');
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
  await gates.close('k', MODEL, 60_000, 'slower');
  expect(await gates.enter('k')).toMatchObject({ kind: 'closed', gate: { reason: 'slower', probing: false } });
});
