import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system of its own that a test can fill. */
export interface SmallDisk {
  /** Takes all the space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
}

const mount = (folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0;

/** By force: a process that still has a file open must not keep it. */
const unmount = (folder: string): void => void spawnSync('umount', ['-l', folder]);

/** Why no small disk can be had here; undefined where it can. */
export const noMount: string | undefined = canMount() ? undefined : 'a tmpfs can only be mounted by root on Linux';

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'batch-manager-mount-'));
  const mounted = mount(folder);
  if (mounted) unmount(folder);
  rmdirSync(folder);
  return mounted;
}

/** Mounts a small disk on a folder that is not there yet, until the test has finished. */
export function smallDisk(folder: string): SmallDisk {
  mkdirSync(folder);
  if (!mount(folder)) throw new Error(`no tmpfs could be mounted on ${folder}`);
  onTestFinished(() => unmount(folder));
  const filler = join(folder, '.filler');
  return {
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'], { stdio: 'ignore' }),
    free: () => rmSync(filler),
  };
}
