import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../version.ts';
import type { MakeOptions } from './download.ts';
import { searchPath, versionOf } from './binary.ts';
import { PINNED } from './version.ts';

/** How often the build says that it still goes on, ms. */
const SAY_EVERY_MS = 15_000;

const MODULE = join(PACKAGE_ROOT, 'tools', 'temporal');

/**
 * Builds the pinned server from `tools/temporal` where Go is there.
 * @returns null when it is there, else why not.
 */
export async function buildServer({ target, env, onProgress }: MakeOptions): Promise<string | null> {
  if (searchPath('go', env.PATH ?? '') === null) return 'there is no `go` command on PATH';
  if (!existsSync(MODULE)) return `${MODULE} is missing`;
  const scratch = `${target}.build-${process.pid}`;
  onProgress(`Building Temporal ${PINNED.cli} from source with Go: about four minutes, once …`);
  const started = Date.now();
  const saying = setInterval(
    () => onProgress(`  … still building, ${Math.round((Date.now() - started) / 1000)} s`),
    SAY_EVERY_MS,
  );
  try {
    const failure = await goBuild(scratch, env);
    if (failure !== null) return failure;
    const version = await versionOf(scratch);
    if (version !== PINNED.server) return `the build answers with server ${version ?? 'nothing'}, not ${PINNED.server}`;
    renameSync(scratch, target);
    onProgress(`Built in ${Math.round((Date.now() - started) / 1000)} s.`);
    return null;
  } finally {
    clearInterval(saying);
    rmSync(scratch, { force: true });
  }
}

/** Null when it was built, else the end of what Go said. */
function goBuild(output: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const args = ['build', '-ldflags=-s -w', '-o', output, 'github.com/temporalio/cli/cmd/temporal'];
  const child = spawn('go', args, {
    cwd: MODULE,
    env: { ...env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-500)));
  return new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code) =>
      done(code === 0 ? null : `go build failed: ${said.trim().split('\n').slice(-3).join(' | ')}`),
    );
  });
}
