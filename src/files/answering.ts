/**
 * Whether a folder answers at all. A mount whose server is gone holds whoever touches it, and nothing ends that wait; so a
 * folder is asked first by a thread of the pool, with a deadline, and only one that answered is read by this thread.
 */
import { stat as statFile } from 'node:fs/promises';
import { UnusableFile } from './people-file.ts';

/** How long a folder may take to answer, ms: a disk that sleeps or a busy server needs some seconds. */
const DEADLINE_MS = 10_000;

/** How long an answer counts, ms. */
const FRESH_MS = 1000;

/** Threads of the pool (four) that may hang in a question; the rest is needed for syncs. */
const MAX_STUCK = 3;

interface Question {
  readonly since: number;
  readonly answer: Promise<unknown>;
}

/** Asks folders, each once at a time and at most once a second. */
export class Answering {
  private readonly stat: (path: string) => Promise<unknown>;
  private readonly deadlineMs: number;
  private readonly open = new Map<string, Question>();
  private readonly answered = new Map<string, number>();

  constructor(stat: (path: string) => Promise<unknown> = statFile, deadlineMs = DEADLINE_MS) {
    this.stat = stat;
    this.deadlineMs = deadlineMs;
  }

  /** Resolves once a folder, or what a link points to, has answered: also that it is not there. @throws UnusableFile after the deadline. */
  async ask(path: string): Promise<void> {
    if (Date.now() - (this.answered.get(path) ?? 0) < FRESH_MS) return;
    const question = this.open.get(path) ?? this.question(path);
    const left = question.since + this.deadlineMs - Date.now();
    if (left <= 0) throw this.silent(path);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, left, 'late')));
    try {
      if ((await Promise.race([question.answer, late])) === 'late') throw this.silent(path);
    } finally {
      clearTimeout(timer);
    }
  }

  private question(path: string): Question {
    const overdue = [...this.open.values()].filter(({ since }) => Date.now() - since >= this.deadlineMs);
    if (overdue.length >= MAX_STUCK) throw this.silent([...this.open.keys()].join(', '));
    const question = { since: Date.now(), answer: this.answer(path) };
    this.open.set(path, question);
    return question;
  }

  private async answer(path: string): Promise<void> {
    try {
      await this.stat(path);
    } catch {
      // That it is not there is an answer, too.
    }
    this.open.delete(path);
    this.answered.set(path, Date.now());
  }

  private silent(path: string): UnusableFile {
    const seconds = Math.round(this.deadlineMs / 1000);
    return new UnusableFile(
      path,
      `has not answered for ${seconds} s. Its disk or its server may be gone: look at the mount, then start the same command again.`,
    );
  }
}
