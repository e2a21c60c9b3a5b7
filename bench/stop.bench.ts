/** How fast a stop is: from the cancel request to the last abort and to the closed task, and whether any call starts after it. */
import { afterAll, beforeAll, test } from 'vitest';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskClient } from '../src/client/task-client.ts';
import { workspaceAt, type Workspace } from '../src/store/workspace.ts';
import { writeTree } from '../test/helpers/curriculum.ts';
import { copyOf } from '../test/helpers/workspaces.ts';
import { spread } from './figures.ts';
import { report, type Table } from './results.ts';
import { createRig, type Rig } from './rig.ts';
import { KINDS, MODULES, STUBBORN, STUBBORN_SCRIPT, type StopKind } from './stop-kinds.ts';
import { measureStop, type Stop } from './stop-measure.ts';

let rig: Rig;
let client: TaskClient;

interface Measured {
  readonly kind: StopKind;
  readonly stops: readonly Stop[];
}

const measured: Measured[] = [];

beforeAll(async () => {
  rig = await createRig(MODULES);
  client = await rig.connect();
});

afterAll(async () => {
  report({
    bench: 'stop',
    title: 'Stop',
    method:
      'Concurrency 8, window 16, calls that take two minutes, or 0.3 s where they come and go. As the command does it: hold, ' +
      'cancel, wait until the task is closed. From the Web UI, by the request that its button sends, and by the Temporal ' +
      'command line no hold stands, and the request is what the history says of it. The audit commands ignore TERM and have ' +
      'a child each; no model is called there.',
    variables: ['BENCH_ROUNDS'],
    tables: [stopTable(), callTable()],
    raw: measured.map(({ kind, stops }) => ({ name: kind.name, stops })),
  });
  await client.close();
  await rig.close();
});

const ms = (values: readonly number[]): string[] => {
  const { n, min, p50, p95, max } = spread(values);
  return [n, min, p50, p95, max].map((value) => String(Math.round(value)));
};

function stopTable(): Table {
  return {
    caption: 'From the cancel request, ms',
    columns: ['stop', 'until', 'target p95', 'n', 'min', 'p50', 'p95', 'max'],
    rows: measured.flatMap(({ kind, stops }) => {
      const [abort, closed] = kind.targets;
      return [
        ...row(
          kind,
          'last call aborted',
          abort,
          stops.map((one) => one.lastAbort),
        ),
        ...row(
          kind,
          'task closed',
          closed,
          stops.map((one) => one.closed),
        ),
        ...row(
          kind,
          'last process gone',
          closed,
          stops.map((one) => one.lastProcess),
        ),
      ];
    }),
  };
}

/** A row; none where there was nothing to measure. */
function row(kind: StopKind, what: string, target: string, values: readonly (number | null)[]): string[][] {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? [] : [[kind.name, what, target, ...ms(known)]];
}

function callTable(): Table {
  return {
    caption: 'Calls; target: none starts after the request of the command',
    columns: ['stop', 'in flight at the request', 'started after it'],
    rows: measured.map(({ kind, stops }) => {
      const inFlight = stops.map((one) => one.inFlight);
      const late = stops.map((one) => one.late);
      const sum = late.reduce((a, b) => a + b, 0);
      const most = sum === 0 ? '' : ` in all, ${Math.max(...late)} at most`;
      return [kind.name, `${Math.min(...inFlight)}-${Math.max(...inFlight)}`, `${sum}${most}`];
    }),
  };
}

async function measure(kind: StopKind, of: Workspace): Promise<void> {
  const stops: Stop[] = [];
  for (let round = 0; round < kind.rounds; round += 1) stops.push(await measureStop(rig, client, of, kind, round));
  measured.push({ kind, stops });
}

test.each(KINDS)('stop: $name', (kind) => measure(kind, rig.workspace));

test(`stop: ${STUBBORN.name}`, async () => {
  const other = workspaceAt(copyOf(rig.workspace.root));
  rmSync(other.state, { recursive: true, force: true });
  const settings = readFileSync(join(other.root, 'batch-manager.yaml'), 'utf8');
  writeTree(other.root, {
    'stubborn.sh': STUBBORN_SCRIPT,
    'batch-manager.yaml': `${settings}audit:\n  command: sh ${join(other.root, 'stubborn.sh')} {file}\n`,
  });
  await client.close();
  client = await rig.connect(other);
  await measure(STUBBORN, other);
  rmSync(other.root, { recursive: true, force: true });
});
