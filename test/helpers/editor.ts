import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** How editors save: into the file as it is, in two pieces, by a rename over it, or beside the old one that was renamed away. */
export const WAYS = ['in place', 'in pieces', 'by rename', 'beside a backup'] as const;
export type Way = (typeof WAYS)[number];

const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const fs = require('node:fs');
const pause = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
const ways = {
  'in place': (file, text) => fs.writeFileSync(file, text),
  'in pieces': (file, text) => {
    const handle = fs.openSync(file, 'w');
    fs.writeSync(handle, text.slice(0, 5));
    pause(0.3);
    fs.writeSync(handle, text.slice(5));
    fs.closeSync(handle);
  },
  'by rename': (file, text) => {
    fs.writeFileSync(file + '.new', text);
    fs.renameSync(file + '.new', file);
  },
  'beside a backup': (file, text) => {
    try { fs.renameSync(file, file + '~'); } catch (error) { if (error.code !== 'ENOENT') throw error; }
    fs.writeFileSync(file, text);
  },
};
const temporary = (folder) => fs.readdirSync(folder).some((name) => name.startsWith('.batch-manager-tmp-'));
parentPort.on('message', ({ way, file, text, delay, afterTemporary }) => {
  const folder = require('node:path').dirname(file);
  const given = performance.now() + 20_000;
  let met = !afterTemporary;
  while (!met && performance.now() < given) met = temporary(folder);
  if (met) {
    pause(delay);
    ways[way](file, text);
  }
  parentPort.postMessage(met);
});
`;

/** A person's editor, in a thread of its own. */
export class Editor {
  private readonly thread = new Worker(PROGRAM, { eval: true, execArgv: [] });

  /** Saves a text after a delay (ms); resolves once it is saved. */
  async save(way: Way, file: string, text: string, delay = 0): Promise<void> {
    await this.send({ way, file, text, delay, afterTemporary: false });
  }

  /**
   * Saves a text in the moment in which a temp file of ours is beside the file, which is when it is about to be replaced. False
   * where it missed that moment, as on a busy machine, and saved nothing.
   */
  saveAtTemporary(way: Way, file: string, text: string): Promise<boolean> {
    return this.send({ way, file, text, delay: 0, afterTemporary: true });
  }

  private async send(message: object): Promise<boolean> {
    const answered = once(this.thread, 'message') as Promise<[met: boolean]>;
    this.thread.postMessage(message);
    const [met] = await answered;
    return met;
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}
