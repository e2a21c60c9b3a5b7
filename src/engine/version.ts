/** The Temporal CLI that this program is made and tested with, and its server. */
export const PINNED = { cli: 'v1.8.2', server: '1.31.2' } as const;

/** The oldest server that has all that is used: updates, eager dispatch, search attributes of dev servers. */
export const OLDEST_SERVER = '1.29.0';

/** The server version in the answer to `temporal --version`; null where it is no such answer. */
export function serverVersion(answer: string): string | null {
  return /\(Server (\d+\.\d+\.\d+)[^)]*\)/.exec(answer)?.[1] ?? null;
}

/** Whether a version is at least another. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
