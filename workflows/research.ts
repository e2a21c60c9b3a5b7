import type { EndedModule, ModuleEnd, ModuleInput } from './contract.ts';
import { fixReview } from './fix-review.ts';
import { runModule, type ModuleRun } from './module-run.ts';
import { step } from './steps.ts';

/** One module's research file, written where it is not there yet. */
export async function researchModule(input: ModuleInput): Promise<ModuleEnd> {
  return runModule(input, research);
}

/** Research, then fix-review: each module goes through both before it ends. */
export async function orchestrateModule(input: ModuleInput): Promise<ModuleEnd> {
  return runModule(input, async (run) => {
    const researched = await research(run);
    const goesOn = researched.outcome === 'RESEARCHED' || researched.outcome === 'ALREADY_DONE';
    if (!goesOn) return researched;
    run.round = 0;
    return fixReview(run);
  });
}

/** What the step before found; histories of 0.1.0 do not have it. */
const baseOf = ({ base }: { readonly base?: string | null }): { readonly base?: string | null } =>
  base === undefined ? {} : { base };

async function research(run: ModuleRun): Promise<EndedModule> {
  let tries: string[] = [];
  for (run.round = 1; run.round <= run.context.settings.maxRounds; run.round += 1) {
    const prepared = await step('prepareResearch', { ...run.context, force: run.input.force, tries });
    if (prepared.kind === 'missing') return run.ended('MISSING', prepared.detail);
    if (prepared.kind === 'skipped') return run.ended('SKIPPED', prepared.detail);
    if (prepared.kind === 'already-done') return run.ended('ALREADY_DONE', prepared.detail);
    const reply = await run.call('research', prepared.prompt);
    const written = await step('writeResearch', { ...run.context, reply, ...baseOf(prepared) });
    if (written.kind === 'written') return run.ended('RESEARCHED', written.file);
    if (written.kind === 'base-changed') run.wait('base-changed', null);
    tries = [...tries, written.reason];
  }
  run.round = run.context.settings.maxRounds;
  return run.ended('FAIL_AFTER_RETRIES', `no usable research: ${tries.at(-1) ?? ''}`);
}
