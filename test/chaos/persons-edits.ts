import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appliedIn, moduleStates, type ModuleStates } from '../faults/module-states.ts';

/** The edits of a person beside a running task, and whether each was kept. */
export class PersonsEdits {
  private readonly folder: string;
  private readonly before: ModuleStates;
  /** Texts that a person wrote, by path, in their order. */
  private readonly written = new Map<string, string[]>();

  constructor(folder: string, before: ModuleStates) {
    this.folder = folder;
    this.before = before;
  }

  /** Adds a line to a lesson, as an editor saves it: by a rename. */
  edit(slug: string, line: string): void {
    const path = `tiny/${slug}.md`;
    const file = join(this.folder, path);
    const text = `${readFileSync(file, 'utf8')}\n${line}\n`;
    writeFileSync(`${file}.by-person`, text);
    renameSync(`${file}.by-person`, file);
    this.written.set(path, [...(this.written.get(path) ?? []), text]);
  }

  get count(): number {
    return [...this.written.values()].reduce((sum, texts) => sum + texts.length, 0);
  }

  /**
   * Files that are neither as at the start, nor as a person wrote them, nor as an applied round says; and texts of a person
   * that were replaced with no backup of them. Empty where all is well.
   */
  broken(): string[] {
    const now = moduleStates(this.folder);
    const rounds = appliedIn(this.folder);
    return [...now].flatMap(([path, text]) => {
      const mine = rounds.filter(({ applied }) => applied.files.some((file) => file.path === path));
      const side = (name: 'before' | 'after'): string[] =>
        mine.map((round) => readFileSync(join(round.folder, name, path), 'utf8'));
      const persons = this.written.get(path) ?? [];
      const known = [this.before.get(path), ...persons, ...side('after')];
      if (!known.includes(text)) return [`${path} is neither old nor new`];
      // A person's later text holds the earlier one: only the last must be there, in place or in a backup.
      const last = persons.at(-1);
      const isKept = last === undefined || text === last || side('before').includes(last);
      return isKept ? [] : [`${path}: what a person wrote is gone`];
    });
  }
}
