import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Context } from '../context.ts';
import { engineError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { newCommand, type Wiring } from './command.ts';

/** `worker`: runs this workspace's worker in the foreground. */
export function newWorkerCommand(wiring: Wiring, run = runWorkerCommand): CommandUnknownOpts {
  const command = newCommand('worker', "Run this workspace's worker until Ctrl-C; the engine does it by itself", [
    ['Serve this workspace on a Temporal cluster', 'worker'],
  ])
    .option('--workspace <folder>', 'folder of the workspace (default: found from the current folder)')
    .option(
      '--address <host:port>',
      'Temporal of the embedded engine; without it the configured one (TEMPORAL_ADDRESS or a profile)',
    );
  command.action(async ({ workspace, ...flags }) => {
    if (workspace !== undefined) process.chdir(workspace);
    wiring.done(await run(wiring.context(), flags));
  });
  return command;
}

async function runWorkerCommand(context: Context, options: { address?: string | undefined }): Promise<ExitCode> {
  const [{ tryLock }, { self }, { markWorkerReady }, { connectConfig }, { runWorker }] = await Promise.all([
    import('../process/lock.ts'),
    import('../process/identity.ts'),
    import('../engine/state.ts'),
    import('../client/connection.ts'),
    import('../worker/worker.ts'),
  ]);
  const { workspace } = context;
  const id = await context.workspaceId();
  const held = tryLock(`${workspace.state}/worker.lock`);
  if (!held.ok)
    throw engineError(
      `Another worker serves ${workspace.root}: process ${held.holder.pid}.\nSee: batch-manager doctor`,
    );
  try {
    const { connectionOptions, namespace } = connectConfig({ address: options.address ?? null });
    await runWorker({
      workspace,
      workspaceId: id,
      address: { connection: connectionOptions as NativeConnectionOptions, namespace },
      processId: self(),
      env: context.env,
      onReady: () => {
        markWorkerReady(id, connectionOptions.address ?? '');
        context.io.err(`Worker of ${workspace.root} is ready (process ${process.pid}).\n`);
      },
    });
  } finally {
    held.release();
  }
  return EXIT.ok;
}
