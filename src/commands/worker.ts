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
    .addOption(new Option('--spare', 'make all, then wait until the worker of this workspace is gone').hideHelp());
  command.action(async ({ workspace, ...flags }) => {
    if (workspace !== undefined) process.chdir(workspace);
    wiring.done(await run(wiring.context(), flags));
  });
  return command;
}

interface WorkerFlags {
  readonly address?: string | undefined;
  readonly spare?: boolean | undefined;
}

async function runWorkerCommand(context: Context, { address, spare = false }: WorkerFlags): Promise<ExitCode> {
  const [{ self }, { markWorkerReady }, { connectConfig }, { runWorker }, { environmentOf }] = await Promise.all([
    import('../process/identity.ts'),
    import('../engine/state.ts'),
    import('../client/connection.ts'),
    import('../worker/worker.ts'),
    import('../engine/handed-environment.ts'),
  ]);
  const { workspace } = context;
  const id = await context.workspaceId();
  const { connectionOptions, namespace } = connectConfig({ address: address ?? null });
  const polled = connectionOptions.address ?? '';
  const place = await workerPlace(context, spare);
  try {
    await runWorker({
      workspace,
      workspaceId: id,
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
    place.leave();
  }
  return EXIT.ok;
}

/** The workspace's one worker's place: taken at once, or by a spare when the worker before is gone. */
async function workerPlace(
  context: Context,
  spare: boolean,
): Promise<{ readonly take: () => void | Promise<void>; readonly leave: () => void }> {
  const { workspace } = context;
  const path = `${workspace.state}/worker.lock`;
  if (spare) {
    const { standBy } = await import('../worker/standby.ts');
    let leave = (): void => undefined;
    return { take: async () => void (leave = await standBy(path)), leave: () => leave() };
  }
  const { tryLock } = await import('../process/lock.ts');
  const held = tryLock(path);
  if (held.ok) return { take: () => undefined, leave: held.release };
  const { pid } = held.holder;
  throw engineError(`Another worker serves ${workspace.root}: process ${pid}.\nSee: batch-manager doctor`);
}
