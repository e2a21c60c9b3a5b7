import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from './temp.ts';

/** Writes files, with their folders, under a root. */
export function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** A workspace with a manifest two folders down, as the real one has it. */
export function tempWorkspace(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = tempFolder();
  writeTree(root, { '.git/HEAD': '', ...files });
  return root;
}

/** A manifest with one track of the given slugs. */
export function manifestText(track: string, slugs: readonly string[]): string {
  return `version: '1.0'\nlevels:\n  ${track}:\n    type: core\n    modules:\n${slugs.map((slug) => `    - ${slug}\n`).join('')}`;
}
