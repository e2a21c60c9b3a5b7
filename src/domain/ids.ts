import type { ModuleRef } from './module.ts';

/** The task queue of a workspace: workflow tasks, steps and model calls alike (eager dispatch works within one queue only). */
export function workspaceQueue(workspaceId: string): string {
  return `ws.${workspaceId}`;
}

/** Workflow id of a module's child. It names no task: it is the module's lock over all tasks, operations and machines. */
export function moduleWorkflowId(workspaceId: string, ref: Pick<ModuleRef, 'track' | 'slug'>): string {
  return `module/${workspaceId}/${ref.track}/${ref.slug}`;
}

/** The inverse of `moduleWorkflowId`; undefined where the text is no such id. */
export function parseModuleWorkflowId(id: string): { workspaceId: string; track: string; slug: string } | undefined {
  const [kind, workspaceId, track, slug, ...rest] = id.split('/');
  if (kind !== 'module' || !workspaceId || !track || !slug || rest.length > 0) return undefined;
  return { workspaceId, track, slug };
}
