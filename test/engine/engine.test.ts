import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectClient } from '../../src/client/connection.ts';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';
import type { EngineState } from '../../src/engine/state.ts';
import { isAlive } from '../../src/process/identity.ts';
import { createHome, marked, type Home } from '../helpers/cli.ts';
import { engineFile, engineState } from '../helpers/engine-state.ts';
import { manifestText, tempWorkspace } from '../helpers/curriculum.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

const workspace = (): string => tempWorkspace({ 'curriculum.yaml': manifestText('b1', ['01-a']) });

let home: Home;
const engine = (): EngineState => engineState(home);
const address = (): string => engine().server?.address ?? '';
const kill = (pid: number | undefined): boolean => process.kill(pid ?? 0, 'SIGKILL');

/** Takes a port, or waits for it where another program of this machine has it: taken it is either way. */
async function takePort(port: number): Promise<{ close(): void }> {
  const server = createServer();
  let isOver = false;
  const listen = (): void => {
    // Another test's engine may have the port, and give it up in the middle of this one.
    if (!isOver) server.listen(port, '127.0.0.1');
  };
  const tried = new Promise<void>((done) => server.once('listening', done).once('error', () => done()));
  server.on('error', () => setTimeout(listen, 5));
  listen();
  await tried;
  return {
    close() {
      isOver = true;
      server.close();
    },
  };
}

describe.skipIf(noTemporal !== undefined)('the embedded engine', () => {
  beforeEach(() => {
    home = createHome();
  });
  afterEach(async () => expect(await home.close()).toEqual([]));

  test('two commands at the same moment end with one server, one supervisor and one worker', async () => {
    const folder = workspace();
    const ups = await Promise.all([1, 2, 3].map(() => home.run(folder, ['up'])));
    expect(ups.map((up) => up.code)).toEqual([0, 0, 0]);
    const running = (word: string) => marked(home.folder).filter(({ command }) => command.includes(word)).length;
    await until(() => running('supervise') === 1);
    expect([running('server start-dev'), running(' worker ')]).toEqual([1, 1]);
  });

  test('a killed worker and a killed server come back, the server at the same address with its namespace', async () => {
    await home.run(workspace(), ['up']);
    const before = engine();
    for (const restarts of [1, 2]) {
      kill(engine().workers[0]?.pid);
      await until(() => engine().workers.some((worker) => worker.restarts === restarts && isAlive(worker)));
    }
    expect(engine().workers[0]?.lastEnd).toBe('killed by SIGKILL');
    kill(before.server?.pid);
    await until(() => engine().server?.pid !== before.server?.pid && engine().server?.ready === true);
    expect(address()).toBe(before.server?.address);
    const { connection } = await connectClient({ address: address() });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 3600);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
    await connection.close();
  });

  test('after a kill of the supervisor the next command adopts server and worker', async () => {
    const folder = workspace();
    await home.run(folder, ['up']);
    const before = engine();
    kill(before.supervisor.pid);
    await until(() => !isAlive(before.supervisor));
    expect((await home.run(folder, ['up'])).code).toBe(0);
    const after = engine();
    expect(after.supervisor.pid).not.toBe(before.supervisor.pid);
    expect(after.server?.pid).toBe(before.server?.pid);
    expect(after.workers.map((worker) => worker.pid)).toEqual(before.workers.map((worker) => worker.pid));
  });

  test('down ends all, also what a dead supervisor left behind, and says so where nothing runs', async () => {
    const folder = workspace();
    await home.run(folder, ['up']);
    kill(engine().supervisor.pid);
    expect(await home.run(folder, ['down'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The engine is down'),
    });
    expect(marked(home.folder)).toEqual([]);
    expect(await home.run(folder, ['down'])).toMatchObject({ code: 0, stderr: expect.stringContaining('No change') });
  });

  test('taken ports, of the server and of its Web UI, are passed over', async () => {
    const taken = await Promise.all([takePort(7233), takePort(8233)]);
    expect((await home.run(workspace(), ['up'])).code).toBe(0);
    expect(address()).not.toBe('127.0.0.1:7233');
    expect(engine().server?.uiAddress).not.toBe('127.0.0.1:8233');
    for (const server of taken) server.close();
  });

  test('a state file that cannot be read is moved aside, and the running engine is found again', async () => {
    const folder = workspace();
    await home.run(folder, ['up']);
    const { pid } = engine().supervisor;
    writeFileSync(engineFile(home), '{"version": 1, "supervi');
    const up = await home.run(folder, ['up']);
    expect(up).toMatchObject({ code: 0, stderr: expect.stringContaining('could not be read; it was moved to') });
    expect(engine().supervisor.pid).toBe(pid);
    expect(
      readdirSync(join(home.folder, 'state/batch-manager')).some((name) => name.startsWith('engine.json.corrupt-')),
    ).toBe(true);
  });

  test('two workspaces share a server and have a worker each', async () => {
    const [one, two] = [workspace(), workspace()];
    await Promise.all([home.run(one, ['up']), home.run(two, ['up'])]);
    const roots = () => engine().workers.map((worker) => worker.root);
    await until(() => roots().length === 2);
    expect(roots().toSorted()).toEqual([one, two].toSorted());
    expect(new Set(engine().workers.map((worker) => worker.workspaceId)).size).toBe(2);
  });

  test('doctor tells of the engine, up and down, and starts nothing', async () => {
    const folder = workspace();
    const down = await home.run(folder, ['doctor', '--json'], { BATCH_MANAGER_MODEL: 'offline' });
    expect(down.stdout).toContain('down; commands that need it start it');
    expect(marked(home.folder)).toEqual([]);
    await home.run(folder, ['up']);
    const up = await home.run(folder, ['doctor'], { BATCH_MANAGER_MODEL: 'offline' });
    expect(up).toMatchObject({ code: 0, stdout: expect.stringContaining(`up at ${address()}`) });
    expect(up.stdout).toMatch(new RegExp(`worker +${folder} \\(process \\d+, 0 restarts\\)`));
  });
});
