import type { Outcome } from './outcome.ts';
import { shellQuoted } from './shell.ts';
import { visibleLine } from './visible.ts';

/** Longest subject of a commit, in characters. */
const SUBJECT = 72;

/** Modules that the commit of a whole task names. */
const NAMED = 50;

/** A subject is read by `git log`, which sends it to the terminal as it is. */
function cut(text: string): string {
  const subject = visibleLine(text);
  return subject.length <= SUBJECT ? subject : `${subject.slice(0, SUBJECT - 1)}…`;
}

/** A module as a commit tells of it. */
export interface CommittedModule {
  /** `b1/06-aspect`. */
  readonly key: string;
  /** Null where it has none. */
  readonly outcome: Outcome | null;
}

/** Message of the commit of one module. */
export function moduleCommitText(taskId: string, { key, outcome }: CommittedModule, detail: string): string {
  return `${cut(`${key}: ${outcome ?? 'changed'}, ${detail}`)}\n\nTask: ${taskId}\nOutcome: ${outcome ?? 'none'}\n`;
}

/** Paths that a command for a person names; of more a line would be too long. */
const IN_COMMAND = 30;

/** What a person types to commit files that a task left; `folder` is git's folder from the workspace's root on. */
export function commitCommand(taskId: string, folder: string, paths: readonly string[]): string {
  if (paths.length > IN_COMMAND) return 'see git status for its files, and commit them by hand';
  const git = folder === '' ? 'git' : `git -C ${shellQuoted(folder)}`;
  const files = paths.map(shellQuoted).join(' ');
  return `${git} add -- ${files} && ${git} commit -m ${shellQuoted(taskId)} -- ${files}`;
}

/** Message of the commit of all that a task wrote. */
export function taskCommitText(taskId: string, modules: readonly CommittedModule[], counts: string): string {
  const named = modules.slice(0, NAMED).map(({ key, outcome }) => `- ${key}: ${outcome ?? 'changed'}`);
  const more = modules.length > NAMED ? [`- and ${modules.length - NAMED} more`] : [];
  return `${cut(`${taskId}: ${counts}`)}\n\n${[...named, ...more].join('\n')}\n\nTask: ${taskId}\nOutcome: ${counts}\n`;
}
