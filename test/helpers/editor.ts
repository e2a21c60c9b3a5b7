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
parentPort.on('message', ({ way, file, text, delay }) => {
  pause(delay);
  ways[way](file, text);
  parentPort.postMessage('saved');
});
`;

/** A person's editor, in a thread of its own. */
export class Editor {
  private readonly thread = new Worker(PROGRAM, { eval: true, execArgv: [] });

  /** Saves a text after a delay (ms); resolves once it is saved. */
  async save(way: Way, file: string, text: string, delay = 0): Promise<void> {
    const saved = once(this.thread, 'message');
    this.thread.postMessage({ way, file, text, delay });
    await saved;
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }
}
