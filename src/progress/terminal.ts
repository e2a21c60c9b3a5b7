/** What a terminal is told beside the text: its title while a task is watched, and the bell at its end. */
import type { Context } from '../context.ts';
import { visibleLine } from '../domain/visible.ts';
import { settingsOf } from '../workspace-files.ts';

/** Rings the bell. */
export const BELL = '\u0007';

/** Puts the title aside, and takes it back: terminals that know no such thing ignore it. */
const KEEP_TITLE = '\u001b[22;2t';
const GIVE_BACK_TITLE = '\u001b[23;2t';

/** Whether this is a terminal that may be told. */
export function mayTellTerminal(context: Context): boolean {
  return context.io.live && (settingsOf(context).notify?.terminal ?? true);
}

/** The title of a terminal while something is watched. */
export class Title {
  private readonly write: (text: string) => void;
  private shown: string | null = null;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  show(text: string): void {
    if (text === this.shown) return;
    if (this.shown === null) this.write(KEEP_TITLE);
    this.shown = text;
    this.write(`\u001b]2;${visibleLine(text)}\u0007`);
  }

  giveBack(): void {
    if (this.shown !== null) this.write(GIVE_BACK_TITLE);
    this.shown = null;
  }
}
