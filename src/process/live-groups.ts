import { kill, killMarked } from './strays.ts';

/** Groups that run now: the leader's pid, and the run's mark. */
const live = new Map<number, string>();
let hooked = false;

/** Has a group killed when this process exits. Returns how to take it off the list. */
export function killAtExit(pid: number, mark: string): () => void {
  if (!hooked) {
    process.on('exit', killAll);
    hooked = true;
  }
  live.set(pid, mark);
  return () => live.delete(pid);
}

/** By mark first: killing a group kills its guard, which would have looked for strays. */
function killAll(): void {
  for (const [pid, mark] of live) {
    killMarked(mark);
    kill(-pid, 'SIGKILL');
  }
}
