/**
 * The commands in their groups, with arguments and a line on each: all that `--help` shows of them. It loads none, since to
 * load all of them takes longer than node itself.
 */
import { OPERATIONS, type AskingOperation } from '../domain/operation.ts';

export interface Summary {
  readonly group: 'Start' | 'Look' | 'Steer' | 'Engine' | null;
  readonly usage: string;
  readonly description: string;
}

const start = (operation: AskingOperation): Summary => {
  const { describe } = OPERATIONS[operation];
  const description = `${describe[0]?.toUpperCase()}${describe.slice(1)}`;
  return { group: 'Start', usage: '[options] <track> [start] [end]', description };
};
const look = (usage: string, description: string): Summary => ({ group: 'Look', usage, description });
const steer = (usage: string, description: string): Summary => ({ group: 'Steer', usage, description });
const engine = (usage: string, description: string): Summary => ({ group: 'Engine', usage, description });

export const SUMMARIES = {
  'fix-review': start('fix-review'),
  research: start('research'),
  orchestrate: start('orchestrate'),
  list: look('[options]', 'List active and recent tasks, the newest first'),
  show: look('[options] <id>', 'Show a task with its modules and the end of its log'),
  watch: look('[options] <id>', 'Watch a task until it has ended; Ctrl-C leaves it running'),
  logs: look('[options] <id>', "Print a task's log"),
  plan: look('[options] <track> [start] [end]', 'Forecast calls, tokens, cost and time of a task; starts nothing'),
  diff: look('[options] <id>', 'Show what a task changed in the modules, or proposes to change'),
  audit: look(
    '[options] <track> [start] [end]',
    'Judge modules by every gate, without engine or model; writes their status files and reports',
  ),
  stop: steer('[options] <id>', 'Stop a task: no call starts any more, all in flight are aborted'),
  pause: steer('[options] <id>', 'Pause a task: its calls in flight end, none starts until resume'),
  resume: steer('[options] <id>', 'Go on with a paused task where it stood'),
  retry: steer(
    '[options] <id>',
    'Run a module, or all that failed, again: in the task while it runs, else in a new one',
  ),
  skip: steer('[options] <id>', 'Leave a module of a running task out'),
  answer: steer('[options] <id> <module> <answer>', 'Say what is to become of a module that waits for you (--ask)'),
  set: steer(
    '[options] <id>',
    'Change a running task from its next call on: width, budget, models, rounds, pass score',
  ),
  undo: steer('[options] <id>', 'Give modules the text back that they had before a task'),
  apply: steer('[options] <id>', 'Put in place what a task with --propose has proposed'),
  rebuild: steer(
    '[options] <id>',
    "Make the record and the log of an ended task again from Temporal's history; the old files are kept beside",
  ),
  up: engine('', 'Start the engine and say which tasks go on; other commands do it by themselves'),
  down: engine('[options]', 'End the engine; open tasks stand still until it is up again, nothing is lost'),
  worker: engine('[options]', "Run this workspace's worker until Ctrl-C; the engine does it by itself"),
  auth: engine('<provider>', "Keep a provider's key in the credentials file; it is read from standard input"),
  cache: engine('[options]', 'Show how many replies are kept, or remove old ones'),
  completion: engine('<shell>', 'Print the script that completes commands, task ids and modules in your shell'),
  doctor: engine('[options]', 'Check workspace, settings, models, prompts and engine; starts nothing'),
  complete: { group: null, usage: '[words...]', description: 'What may stand next (asked by the completion scripts)' },
  supervise: { group: null, usage: '', description: 'Keep server and workers alive (started by other commands)' },
} as const satisfies Readonly<Record<string, Summary>>;

export type CommandName = keyof typeof SUMMARIES;
