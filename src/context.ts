import { existsSync } from 'node:fs';
import type { TaskClient } from './client/task-client.ts';
import { notFoundError, usageError } from './domain/errors.ts';
import { newestFirst, parseTaskId } from './domain/task-id.ts';
import type { Io } from './io.ts';
import { RecordStore } from './store/records.ts';
import type { StartStore } from './store/starts.ts';
import { findWorkspace, workspaceAt, type Workspace } from './store/workspace.ts';

/** What commands work with. Everything heavy is made when it is first asked for: `--help` and `list` must not load Temporal. */
export interface Context {
  readonly io: Io;
  readonly env: NodeJS.ProcessEnv;
  readonly workspace: Workspace;
  readonly records: RecordStore;
  workspaceId(): Promise<string>;
  /** The workspace's id; null for a folder that no command has used yet. */
  knownWorkspaceId(): Promise<string | null>;
  /** What was started here; null for a folder that no command has used yet. */
  starts(): Promise<StartStore | null>;
  /**
   * A client of the engine, which is started where there is none; with a worker for this workspace. Where it is started, the
   * open tasks that go on with it are named, unless the command does that itself.
   */
  engine(options?: { readonly namesOpenTasks: boolean }): Promise<EngineAccess>;
  /** A client of the engine if it is up; null where it is not. */
  engineIfUp(): Promise<EngineAccess | null>;
}

/** A connected client and where the Web UI shows its tasks. */
export interface EngineAccess {
  readonly client: TaskClient;
  /** Base address of the Web UI with the namespace; null where it is not known (a configured server). */
  readonly webUi: string | null;
}

/** The context of a command that runs in `cwd`. */
export function createContext(options: {
  readonly io: Io;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}): Context {
  return contextAt(findWorkspace(options.cwd), options);
}

function contextAt(workspace: Workspace, options: { readonly io: Io; readonly env: NodeJS.ProcessEnv }): Context {
  let known: string | null = null;
  // A folder that has no id yet may get one from this very command.
  const knownId = async (): Promise<string | null> =>
    (known ??= await (await import('./engine/identity.ts')).knownWorkspaceId(workspace));
  const context: Context = {
    io: options.io,
    env: options.env,
    workspace,
    records: new RecordStore(workspace, async () => {
      const id = await knownId();
      return id === null ? null : (await import('./engine/registry.ts')).recordCopies(id);
    }),
    knownWorkspaceId: knownId,
    workspaceId: once(async () => (await import('./engine/identity.ts')).workspaceId(workspace)),
    async starts() {
      const id = await knownId();
      if (id === null) return null;
      const [{ StartStore }, { startCopies }] = await Promise.all([
        import('./store/starts.ts'),
        import('./engine/registry.ts'),
      ]);
      return new StartStore(workspace, id, startCopies(id));
    },
    engine: onceDone(async (options) => (await import('./client/engine-access.ts')).openEngine(context, options)),
    engineIfUp: once(async () => (await import('./engine/status.ts')).openIfUp(context)),
  };
  return context;
}

function once<A extends unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  let made: { value: T } | undefined;
  return (...args) => (made ??= { value: make(...args) }).value;
}

/** Once it was made; what fails is made again when it is asked for again. */
function onceDone<A extends unknown[], T>(make: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let made: Promise<T> | undefined;
  return (...args) => {
    made ??= make(...args).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/**
 * The context of the task with this id: a full id that is not known here is looked for in the other workspaces of the user, so
 * that it can be shown and steered from anywhere. Else the context that is given.
 */
export async function contextOf(context: Context, wanted: string): Promise<Context> {
  if (parseTaskId(wanted) === undefined || (await isKnownHere(context, wanted))) return context;
  const { workspaceOfTask } = await import('./engine/registry.ts');
  const owner = workspaceOfTask(wanted);
  if (owner === null || owner.root === context.workspace.root || !existsSync(owner.root)) return context;
  return contextAt(workspaceAt(owner.root), context);
}

async function isKnownHere(context: Context, taskId: string): Promise<boolean> {
  if ((await context.records.read(taskId)) !== null) return true;
  return (await (await context.starts())?.ids())?.includes(taskId) ?? false;
}

/**
 * The task that a person means by a full id, a unique prefix, or `latest`.
 * @throws UserError (not-found or usage) that lists what is near.
 */
export async function resolveTask(context: Context, wanted: string): Promise<string> {
  const { records, unreadable } = await context.records.scan();
  // Those that cannot be read count, too, so that `show` can say why; the time in an id puts them in their place.
  const ids = [...records.map((record) => record.task_id), ...unreadable.map(({ taskId }) => taskId)].sort(newestFirst);
  const [newest] = ids;
  if (wanted === 'latest' && newest !== undefined) return newest;
  if (ids.includes(wanted)) return wanted;
  const matching = ids.filter((id) => id.startsWith(wanted));
  const [only, ...others] = matching;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined)
    throw usageError(
      `"${wanted}" is the start of ${matching.length} task ids:\n${matching.map((id) => `  ${id}`).join('\n')}`,
    );
  const started = await startedTask(context, wanted);
  if (started !== undefined) return started;
  // Of a workspace that is gone, or of another machine: the engine knows it all the same.
  if (parseTaskId(wanted) !== undefined && (await isKnownToEngine(context, wanted))) return wanted;
  throw notFoundError(`There is no task "${wanted}" in ${context.workspace.root}.\nSee: batch-manager list`);
}

/** A task that was started a moment ago has no record yet: its id is in the pointers. */
async function startedTask(context: Context, wanted: string): Promise<string | undefined> {
  return (await (await context.starts())?.ids())?.find((id) => id === wanted || wanted === 'latest');
}

async function isKnownToEngine(context: Context, taskId: string): Promise<boolean> {
  const status = await (await context.engineIfUp())?.client.status(taskId).catch(() => null);
  return status !== undefined && status !== null;
}
