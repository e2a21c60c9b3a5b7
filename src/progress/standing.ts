import type { Context } from '../context.ts';

/** Says why open tasks do not get on, where that is so: the engine is down, or its worker or server keeps dying. */
export async function sayWhyTheyStand(context: Context, asOf: string | null): Promise<void> {
  const { io } = context;
  if ((await context.engineIfUp()) === null) {
    const since = asOf === null ? 'of their last record' : `of ${asOf}`;
    io.err(`The engine is down: open tasks stand still, as ${since}. Go on with: batch-manager up\n`);
    return;
  }
  const { engineTrouble } = await import('../engine/trouble.ts');
  const trouble = engineTrouble(await context.workspaceId());
  if (trouble !== null) io.err(`${trouble}\nLook closer: batch-manager doctor\n`);
}
