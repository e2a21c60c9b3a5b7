/** A word for a POSIX shell, whatever it holds: for commands that are shown to be pasted. */
export const shellQuoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
