import { MARK_NAME } from './mark.ts';

/**
 * The pipe guard. Whoever runs a command may die by kill -9 and clean up nothing; so a watcher in the command's own process
 * group reads a pipe that only the runner holds open, and kills the run when the pipe ends.
 *
 * 1. The command replaces the shell (`exec`), so its pid leads the group and its exit status is seen as it is.
 * 2. The watcher is no child of the command: a program that waits for all its children would wait for it for ever.
 * 3. The watcher outlives TERM: during the grace time it is still the net under a runner that dies.
 * 4. It holds none of the command's input and output open.
 * 5. It kills what carries the run's mark first (a child with a session of its own is not in the group), and the group,
 *    itself with it, last.
 */
const SCRIPT = `(
  {
    trap '' TERM INT HUP QUIT
    exec </dev/null >/dev/null 2>&1
    read -r _ <&3
    read -r self _ </proc/self/stat
    for file in $(grep -alsF "${MARK_NAME}=$${MARK_NAME}" /proc/[0-9]*/environ); do
      pid=\${file#/proc/}
      pid=\${pid%/environ}
      [ "$pid" = "$self" ] || kill -KILL "$pid"
    done
    kill -KILL -$$
  } &
)
exec "$@" 3<&-`;

/** Number of the file descriptor that the guard reads. */
export const GUARD_FD = 3;

/** The command line that runs a command under the guard. It needs `GUARD_FD` open, and the mark set in its environment. */
export function guarded(command: readonly string[]): readonly [file: string, args: readonly string[]] {
  return ['/bin/sh', ['-c', SCRIPT, 'guard', ...command]];
}
