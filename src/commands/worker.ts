import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Context } from '../context.ts';
import { engineError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { newCommand, type Wiring } from './command.ts';

/** `worker`: runs this workspace's worker in the foreground. */
export function newWorkerCommand(wiring: Wiring, run = runWorkerCommand): CommandUnknownOpts {
  const command = newCommand('worker', [['Serve this workspace on a Temporal cluster', 'worker']])
    .option('--workspace <folder>', 'folder of the workspace (default: found from the current folder)')
    .option(
      '--address <host:port>',
      'Temporal of the embedded engine; without it the configured one (TEMPORAL_ADDRESS or a profile)',
    )
    .addOption(new Option('--id <workspace>', 'the id that the engine knows the workspace by').hideHelp())
    .addOption(new Option('--spare', 'make all, then wait until the worker of this workspace is gone').hideHelp());
  command.action(async ({ workspace, ...flags }) => {
    if (workspace !== undefined) process.chdir(workspace);
    wiring.done(await run(wiring.context(), flags));
  });
  return command;
}

interface WorkerFlags {
  readonly address?: string | undefined;
  readonly id?: string | undefined;
  readonly spare?: boolean | undefined;
}

async function runWorkerCommand(
  context: Context,
  { address, id: expected, spare = false }: WorkerFlags,
): Promise<ExitCode> {
  const [{ self }, { markWorkerReady }, { connectConfig }, { runWorker }, { environmentOf }, { takePost }] =
    await Promise.all([
      import('../process/identity.ts'),
      import('../engine/state.ts'),
      import('../client/connection.ts'),
      import('../worker/worker.ts'),
      import('../engine/handed-environment.ts'),
      import('../worker/post.ts'),
    ]);
  const { workspace } = context;
  const id = await context.workspaceId();
  if (expected !== undefined && id !== expected)
    throw engineError(`${workspace.root} is the workspace ${id} now, not ${expected}.`);
  const { connectionOptions, namespace } = connectConfig({ address: address ?? null });
  const polled = connectionOptions.address ?? '';
  const post = takePost(workspace, id, (reason) => {
    process.stderr.write(
      `${reason}; this worker ends at once, and what it has in hand is made again by the next one.\n`,
    );
    return process.exit(EXIT.engine);
  });
  const place = await workerPlace(context, { id, spare, stillHere: post.check });
  try {
    await runWorker({
      workspace,
      workspaceId: id,
      stillHere: post.check,
      address: { connection: connectionOptions as NativeConnectionOptions, namespace },
      processId: self(),
      env: context.env,
      // The worker of a configured cluster was started by a person, and has that person's environment.
      environment: address === undefined ? () => context.env : environmentOf(id, context.env),
      takeLock: place.take,
      onWarm: spare ? () => markWorkerReady(id, polled, 'spare') : null,
      onReady: () => {
        markWorkerReady(id, polled);
        context.io.err(`Worker of ${workspace.root} is ready (process ${process.pid}).\n`);
      },
      onWarning: (message) => context.io.err(`${message}\n`),
    });
  } finally {
    post.leave();
    place.leave();
  }
  return EXIT.ok;
}

/** The workspace's one worker's place: taken at once, or by a spare when the worker before is gone. */
async function workerPlace(
  context: Context,
  { id, spare, stillHere }: { readonly id: string; readonly spare: boolean; readonly stillHere: () => void },
): Promise<{ readonly take: () => void | Promise<void>; readonly leave: () => void }> {
  const { workspace } = context;
  const { workerLock } = await import('../engine/registry.ts');
  // The first is out of reach of a person who cleans the workspace; the second keeps out workers of another user or home.
  const paths = [workerLock(id), `${workspace.state}/worker.lock`];
  if (spare) {
    const { standBy } = await import('../worker/standby.ts');
    let leave = (): void => undefined;
    return { take: async () => void (leave = await standBy(paths, stillHere)), leave: () => leave() };
  }
  const { tryLock } = await import('../process/lock.ts');
  const held: (() => void)[] = [];
  const leave = (): void => held.reverse().forEach((release) => release());
  for (const path of paths) {
    const attempt = tryLock(path);
    if (attempt.ok) {
      held.push(attempt.release);
      continue;
    }
    leave();
    throw engineError(
      `Another worker serves ${workspace.root}: process ${attempt.holder.pid}.\nSee: batch-manager doctor`,
    );
  }
  return { take: () => undefined, leave };
}
