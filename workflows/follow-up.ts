import type { EndedModule, ModuleEnd, ModuleInput } from './contract.ts';
import { runModule, type ModuleRun } from './module-run.ts';
import { step } from './steps.ts';

/** Gives a module the text back that it had before a task; under the module's lock, as all that writes its files. */
export async function undoModule(input: ModuleInput): Promise<ModuleEnd> {
  return runModule(input, (run) => followUp(run, 'undo'));
}

/** Puts in place what a task proposed for a module. */
export async function applyModule(input: ModuleInput): Promise<ModuleEnd> {
  return runModule(input, (run) => followUp(run, 'applyProposal'));
}

async function followUp(run: ModuleRun, name: 'undo' | 'applyProposal'): Promise<EndedModule> {
  const { outcome, detail, changed, score } = await step(name, run.context);
  run.changed = changed;
  run.score = score;
  return run.ended(outcome, detail);
}
