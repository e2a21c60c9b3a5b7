import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { totalmem } from 'node:os';
import { readSettingsFile } from '../config/settings-file.ts';
import { EXIT } from '../exit.ts';
import { newCommand, type Wiring } from './command.ts';

/** Minutes without open work after which the engine ends itself, where the settings say nothing. */
const IDLE_MINUTES = 30;

/** A machine with less memory keeps no spare worker of 160 MB, where the settings say nothing; bytes. */
const SPARE_MEMORY = 4 * 1024 ** 3;

const memoryAllows = (): boolean => totalmem() >= SPARE_MEMORY;

/** `supervise`: the background process that keeps server and workers alive; started by the others, not by people. */
export function newSuperviseCommand(wiring: Wiring): CommandUnknownOpts {
  const command = newCommand('supervise', []);
  command.action(async () => {
    const [{ runSupervisor }, { workerCommand }] = await Promise.all([
      import('../engine/supervisor.ts'),
      import('../engine/command.ts'),
    ]);
    const { engine } = readSettingsFile(wiring.context().workspace);
    const idleMinutes = engine?.['idle-minutes'] ?? IDLE_MINUTES;
    await runSupervisor({ workerCommand, idleMinutes, spare: engine?.spare ?? memoryAllows() });
    wiring.done(EXIT.ok);
  });
  return command;
}
