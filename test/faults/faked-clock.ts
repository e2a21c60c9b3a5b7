import { spawn } from 'node:child_process';
import { MAIN } from '../helpers/cli.ts';
import type { Rig } from './rig.ts';

/** Starts a worker whose clock is off; gives its pid. */
export function startFaked({ home, folder }: Rig, jump: string): number {
  const args = ['-f', jump, process.execPath, MAIN, 'worker'];
  return spawn('faketime', args, { cwd: folder, env: home.env, stdio: 'ignore' }).pid ?? 0;
}
