import { createRig } from './rig.ts';
import { moduleStates } from './module-states.ts';
import { outcomesOf } from './outcomes.ts';
import { distinct } from './requests.ts';

/** What a run of so many modules comes to when nothing befalls it. */
export interface Undisturbed {
  readonly outcomes: Record<string, string>;
  readonly prompts: ReadonlySet<string>;
  readonly files: Record<string, string>;
}

const known = new Map<number, Promise<Undisturbed>>();

/** Runs the wounded workspace once with nothing in its way; a second test of a file gets the first one's result. */
export function undisturbed(modules: number): Promise<Undisturbed> {
  const result = known.get(modules) ?? runUndisturbed(modules);
  known.set(modules, result);
  return result;
}

async function runUndisturbed(modules: number): Promise<Undisturbed> {
  const rig = await createRig({ modules, latency: () => 0 });
  await rig.run(...rig.command);
  const record = await rig.watch();
  const result = {
    outcomes: outcomesOf(record),
    prompts: distinct(rig.server),
    files: Object.fromEntries(moduleStates(rig.folder)),
  };
  await rig.end();
  return result;
}
