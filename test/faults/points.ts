import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultPoint } from '../../src/process/fault-point.ts';

/** The folder that arms fault points, for BATCH_MANAGER_FAULTS. */
export class FaultPoints {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Lets the next process that comes to the point die there. */
  arm(point: FaultPoint): void {
    writeFileSync(join(this.folder, point.replaceAll(/[/:]/g, '_')), '');
  }

  /** Where processes died so far, and when (ms). */
  deaths(): { readonly at: number; readonly pid: number; readonly point: string }[] {
    const file = join(this.folder, 'deaths.log');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.map((line) => {
      const [at = '', pid = '', point = ''] = line.split(' ');
      return { at: Number(at), pid: Number(pid), point };
    });
  }
}
