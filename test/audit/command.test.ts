import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { runAuditCommand, type AuditCommandRun } from '../../src/audit/command.ts';
import { tempFolder } from '../helpers/temp.ts';
import { processesWith, testOnLinux, uniqueSleep, untilProcesses } from '../process/survivors.ts';

const never = new AbortController().signal;

function run(command: string, options: Partial<AuditCommandRun> = {}): ReturnType<typeof runAuditCommand> {
  const root = options.root ?? tempFolder();
  const file = join(root, 'b1/06-вид дієслова.md');
  return runAuditCommand({ command, file, track: 'b1', slug: '06-вид', root, signal: never, ...options });
}

/** An executable script in a folder of its own. */
function script(body: string): string {
  const file = join(tempFolder(), 'audit');
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

describe('the audit command', () => {
  test('passes with exit code 0, and its output is kept', async () => {
    expect(await run(`sh -c 'echo fine; echo really >&2'`)).toEqual({
      gate: 'command',
      status: 'pass',
      message: 'exit 0',
      findings: [],
      output: 'fine\nreally\n',
    });
  });

  test('gets its values as words of their own, and runs in the root', async () => {
    const root = tempFolder();
    const { output } = await run(`${script(`pwd; printf '[%s]' "$@"`)} {file} {track}/{slug} '{root}'`, { root });
    expect(output).toBe(`${root}\n[${root}/b1/06-вид дієслова.md][b1/06-вид][${root}]`);
  });

  test.each(["/a b/it's.md", '/a/"x" y.md', '/a/$(echo no).md', '/a/`echo no`;*.md'])(
    'gets the file %s as one word, with and without a shell',
    async (file) => {
      expect((await run(`printf [%s] --file={file} {file}`, { file })).output).toBe(`[--file=${file}][${file}]`);
      expect((await run(`sh -c 'printf [%s] {file}'`, { file })).output).toBe(`[${file}]`);
    },
  );

  test('gets a placeholder that it does not know as it stands, and one within a value too', async () => {
    const { output } = await run('printf [%s] {other} {} {file}', { file: '/a/{slug}.md' });
    expect(output).toBe('[{other}][{}][/a/{slug}.md]');
  });

  test('reads the file that it is pointed at', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'b1'));
    writeFileSync(join(root, 'b1/06-вид дієслова.md'), '# Назва\n');
    expect((await run('grep -q Назва {file}', { root })).status).toBe('pass');
    expect((await run('grep -q Підсумок {file}', { root })).status).toBe('fail');
  });

  test('may run in another folder than the root', async () => {
    const cwd = tempFolder();
    expect((await run('pwd', { cwd })).output).toBe(`${cwd}\n`);
  });

  test('fails with any other exit code, and its last words are the finding', async () => {
    const gate = await run(`sh -c 'seq 1 5000; printf "\\033[31mbad\\033[0m\\n"; exit 3'`);
    expect(gate).toMatchObject({ status: 'fail', message: 'exit 3' });
    const [finding] = gate.findings;
    expect(finding).toMatchObject({ gate: 'command', severity: 'error' });
    expect(finding?.message).toMatch(/^exit 3: /);
    expect(finding?.message.endsWith('\n5000\nbad')).toBe(true);
    expect(Buffer.byteLength(finding?.message ?? '')).toBeLessThanOrEqual(1024 + 'exit 3: '.length);
    expect(finding?.hint).toMatch(/\w/);
  });

  test('fails without output too', async () => {
    expect((await run('false')).findings[0]?.message).toBe('exit 1, without output');
  });

  test('has the end of its output kept, at most 64 KB', async () => {
    const { output } = await run(`sh -c 'yes слово | head -n 20000; yes err | head -n 20000 >&2; echo end >&2'`);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(64 * 1024);
    expect(Buffer.byteLength(output)).toBeGreaterThan(60 * 1024);
    expect(output.endsWith('err\nend\n')).toBe(true);
  });

  testOnLinux('that takes too long fails, with what it said until then', async () => {
    const time = uniqueSleep();
    const gate = await run(`sh -c 'echo begun; sleep ${time} & sleep ${time}'`, { timeoutMs: 300 });
    expect(gate).toMatchObject({ status: 'fail', message: 'timed out after 0.3 s', output: 'begun\n' });
    expect(gate.findings[0]?.message).toBe('timed out after 0.3 s: begun');
    expect(processesWith(time)).toEqual([]);
  });

  test('has no time limit where that is 0, as in the settings', async () => {
    expect(await run(`sh -c 'sleep 0.3; echo done'`, { timeoutMs: 0 })).toMatchObject({
      status: 'pass',
      output: 'done\n',
    });
  });

  test('that crashes is tried three times before that is the finding', async () => {
    const root = tempFolder();
    const command = script('echo x >>tries; kill -SEGV $$');
    const gate = await run(`${command} {file}`, { root });
    expect(gate).toMatchObject({ status: 'fail', message: 'killed by SIGSEGV, 3 times' });
    expect((await run('wc -l tries', { root })).output.trim()).toMatch(/^3 /);
  });

  test('that crashes once and then passes, passes', async () => {
    const command = script('if [ -e once ]; then exit 0; fi; : >once; kill -KILL $$');
    expect((await run(command)).status).toBe('pass');
  });

  test('is not started where the task is stopped already', async () => {
    const root = tempFolder();
    const reason = new Error('stopped');
    await expect(run('touch started', { root, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await run('ls', { root })).output).toBe('');
  });

  testOnLinux('that ignores TERM is gone within four seconds of a stop, with its children and theirs', async () => {
    const time = uniqueSleep();
    const controller = new AbortController();
    const running = run(
      `sh -c "trap '' TERM; setsid sleep ${time} & (trap '' TERM; sleep ${time}; :) & sleep ${time}; :"`,
      {
        signal: controller.signal,
      },
    );
    const settled = running.then(
      () => 'ended',
      (reason: unknown) => reason,
    );
    await untilProcesses(`sleep\0${time}`, 3);
    await sleep(50);
    const at = Date.now();
    controller.abort('stopped');
    expect(await settled).toBe('stopped');
    expect(Date.now() - at).toBeLessThan(4000);
    expect(processesWith(time)).toEqual([]);
  });

  test.each([
    ['no-such-audit {file}', "audit.command: cannot run 'no-such-audit': not found in PATH."],
    ['./audit {file}', "audit.command: cannot run './audit': there is no "],
    ['', 'the audit command is empty'],
    ["audit '{file}", "a ' without its end"],
  ])('%s is refused, saying why', async (command, message) => {
    await expect(run(command)).rejects.toMatchObject({ type: 'BadRequest', retryable: false });
    await expect(run(command)).rejects.toThrow(message);
  });
});
