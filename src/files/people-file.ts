/**
 * Files that people write, read as a whole by one way for all: lessons, sidecars, plans, reviews, prompts, manifests, settings.
 * What is no ordinary file of a sensible size is refused with a sentence before it can hold this process: to open a FIFO waits
 * for its writer, and a read of /dev/zero never ends. Reads are synchronous, as those of our own files are (src/store/atomic.ts).
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync, type Stats } from 'node:fs';
import { shellQuoted } from '../domain/shell.ts';
import { decodeUtf8, type Utf8Problem } from '../domain/utf8.ts';
import { TypedError } from '../domain/failure.ts';

/** The largest file that is read, bytes: a hundred times the longest lesson. */
const LARGEST = 16 * 1024 * 1024;

/** A file that cannot be worked with until a person has done something about it. */
export class UnusableFile extends TypedError {
  readonly file: string;
  /** Line of the first byte that is not UTF-8; null for a problem of the file as a whole. */
  readonly line: number | null;

  constructor(file: string, problem: string, line: number | null = null, cause?: unknown) {
    super('BadRequest', `${file} ${problem}`, { cause });
    this.file = file;
    this.line = line;
  }
}

/**
 * A file's bytes; null where there is none.
 * @throws UnusableFile where it is no ordinary file, too large, or may not be read.
 */
export function readPeoplesBytes(file: string): Buffer | null {
  try {
    checkOrdinary(file, statSync(file));
    // It may have become a FIFO since: with O_NONBLOCK even that is opened at once.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      checkOrdinary(file, fstatSync(descriptor));
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return noFile(file, error);
  }
}

/**
 * A file's text, with its byte order mark where it has one; null where there is no file.
 * @throws UnusableFile also where it is not UTF-8.
 */
export function readPeoplesText(file: string): string | null {
  const bytes = readPeoplesBytes(file);
  return bytes === null ? null : textOf(file, bytes);
}

/** The text of a file's bytes. @throws UnusableFile where they are not UTF-8. */
export function textOf(file: string, bytes: Uint8Array): string {
  const decoded = decodeUtf8(bytes);
  if (decoded.ok) return decoded.text;
  throw new UnusableFile(file, notUtf8Text(file, decoded.problem), decoded.problem.line);
}

/** A text as it is shown to a person; of what is not UTF-8 only that. */
export function shownText(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  const decoded = decodeUtf8(bytes);
  return decoded.ok ? decoded.text : `(not UTF-8, ${bytes.length} bytes)\n`;
}

function notUtf8Text(file: string, { line, offset, byte, encoding }: Utf8Problem): string {
  const hex = byte.toString(16).toUpperCase().padStart(2, '0');
  return (
    `is not UTF-8: line ${line}, byte offset ${offset} (0x${hex}). It was left as it is. ` +
    `Convert it, if it is ${encoding}: iconv -f ${encoding} -t UTF-8 ${shellQuoted(file)} > new`
  );
}

function checkOrdinary(file: string, stat: Stats): void {
  if (!stat.isFile()) throw new UnusableFile(file, `is ${kindOf(stat)}, not a file. Put a file in its place.`);
  if (stat.size > LARGEST) {
    const size = Math.round(stat.size / 1024 / 1024);
    throw new UnusableFile(file, `has ${size} MiB; a file of more than ${LARGEST / 1024 / 1024} MiB is not read.`);
  }
}

function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a folder';
  if (stat.isFIFO()) return 'a FIFO';
  if (stat.isSocket()) return 'a socket';
  return 'a device';
}

function noFile(file: string, error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  if (code === 'ELOOP') throw new UnusableFile(file, 'is a symbolic link that leads in a circle.', null, error);
  if (code === 'EACCES' || code === 'EPERM')
    throw new UnusableFile(file, `may not be read (${code}). Make it readable.`, null, error);
  throw error;
}
