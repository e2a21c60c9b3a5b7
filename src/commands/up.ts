import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { taskEnded } from '../domain/task-status.ts';
import { handOverShell } from '../client/hand-over.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { reconcile } from '../progress/reconcile.ts';
import { newCommand, type Wiring } from './command.ts';

/** `up`: starts the engine with a worker for this workspace. */
export function newUpCommand(wiring: Wiring, run = runUp): CommandUnknownOpts {
  const command = newCommand('up', [['Go on after a reboot', 'up']]);
  command.action(async () => wiring.done(await run(wiring.context())));
  return command;
}

async function runUp(context: Context): Promise<ExitCode> {
  const { webUi } = await context.engine({ namesOpenTasks: true });
  await handOverShell(context);
  const { io } = context;
  io.err(
    webUi === null
      ? 'The configured Temporal server answers; this program starts none.\n'
      : `The engine is up. Web UI: ${webUi}/workflows\n`,
  );
  const open = (await reconcile(context, await context.records.list())).filter((record) => !taskEnded(record.status));
  for (const { task_id, status } of open)
    io.out(
      status === 'paused' ? `${task_id} is paused; go on: batch-manager resume ${task_id}\n` : `${task_id} goes on\n`,
    );
  return EXIT.ok;
}
