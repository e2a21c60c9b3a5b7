import { spawnSync } from 'node:child_process';

/** How long git may take, ms. */
const TIMEOUT_MS = 5000;

/** Whether git is there and answers in a folder, for people. */
export async function gitCheck(folder: string): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const run = (...args: string[]) =>
    spawnSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
    });
  const version = run('--version');
  if (version.error !== undefined || version.status !== 0) return { ok: false, detail: 'there is no git on PATH' };
  const name = version.stdout.trim();
  const top = run('rev-parse', '--show-toplevel');
  if (top.status === 0) return { ok: true, detail: `${name}, repository ${top.stdout.trim()}` };
  if (/not a git repository/.test(top.stderr)) return { ok: false, detail: `${name}; this folder is in no repository` };
  if (/dubious ownership/.test(top.stderr))
    return {
      ok: false,
      detail: `${name} does not look at this repository, which belongs to another user. Allow it: git config --global --add safe.directory ${folder}`,
    };
  return { ok: false, detail: `${name} does not answer here: ${top.stderr.trim().split('\n')[0] ?? 'no word'}` };
}
