import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { BASH_COMPLETION } from '../views/bash-completion.ts';
import { newCommand, type Wiring } from './command.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `completion`: prints the script by which a shell completes commands, flags, tracks, task ids and modules. */
export function newCompletionCommand(wiring: Wiring, run = runCompletion): CommandUnknownOpts {
  const command = newCommand('completion', [
    ['For this bash', 'completion bash > ~/.batch-manager-completion && source ~/.batch-manager-completion'],
    ['For zsh, from now on', 'completion zsh >> ~/.zshrc'],
  ]).addArgument(new Argument('<shell>', 'your shell').choices(SHELLS));
  command.action(async (shell) => wiring.done(await run(wiring.context(), shell)));
  return command;
}

async function runCompletion({ io }: Context, shell: (typeof SHELLS)[number]): Promise<ExitCode> {
  if (shell === 'bash') {
    io.out(BASH_COMPLETION);
    return EXIT.ok;
  }
  const { script } = await import('@bomb.sh/tab');
  script(shell, 'batch-manager', 'batch-manager');
  return EXIT.ok;
}
