import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { taskSettings } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import { UserError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { manifestOf, settingsOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `doctor`: looks at all that a task needs, and says what is missing. */
export function newDoctorCommand(wiring: Wiring, run = runDoctor): CommandUnknownOpts {
  const command = newCommand('doctor', [
    ['What is wrong here?', 'doctor'],
    ['Ask each model for a word, to see whether its key is good', 'doctor --online'],
  ])
    .option('--online', 'ask each model in force for one short reply, which costs next to nothing')
    .option('--json', 'print the checks as JSON');
  command.action(async (flags) => wiring.done(await run(wiring.context(), flags)));
  return command;
}

interface DoctorOptions {
  readonly online?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function runDoctor(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const checks: Check[] = [];
  for (const look of [
    nodeCheck,
    workspaceCheck,
    folderChecks,
    manifestCheck,
    settingsChecks,
    gitChecks,
    proxyChecks,
    modelChecks,
    ...(options.online === true ? [onlineChecks] : []),
    workerChecks,
    gateChecks,
    promptChecks,
    engineChecks,
  ]) {
    checks.push(...(await tried(context, look)));
  }
  if (options.json === true) printJson(context.io, checks);
  else
    for (const { name, ok, detail } of checks)
      context.io.out(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(18)}  ${detail}\n`);
  return checks.every((check) => check.ok) ? EXIT.ok : EXIT.failed;
}

type Look = (context: Context) => Check[] | Promise<Check[]>;

/** A look that finds a user's mistake is a failed check, not the end of the others. */
async function tried(context: Context, look: Look): Promise<Check[]> {
  try {
    return await look(context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ name: look.name.replace(/Checks?$/, ''), ok: false, detail: error.message }];
  }
}

const nodeCheck: Look = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return [
    { name: 'node', ok: major > 20 || (major === 20 && minor >= 19), detail: `${process.version} (20.19 or newer)` },
  ];
};

const workspaceCheck: Look = (context) => [{ name: 'workspace', ok: true, detail: context.workspace.root }];

const manifestCheck: Look = (context) => {
  const { file, tracks, faults } = manifestOf(context);
  const sizes = [...tracks].map(([track, modules]) => `${track} ${modules.length}`).join(', ');
  const broken = [...faults].map(([track, fault]) => ({
    name: `track ${track}`,
    ok: false,
    detail: `cannot be used: ${fault}`,
  }));
  return [{ name: 'manifest', ok: true, detail: `${file} (${sizes})` }, ...broken];
};

const settingsChecks: Look = (context) =>
  taskSettings({}, context.env, settingsOf(context)).origins.map(({ name, value, origin }) => ({
    name,
    ok: true,
    detail: `${value} (${origin})`,
  }));

/** What is there; a model is asked only with --online. */
const modelChecks: Look = async (context) =>
  Promise.all(
    (await modelsInForce(context)).map(async ({ name, model }) => {
      const missing = model.missing();
      const version = missing === null ? await model.version?.() : undefined;
      const ready = `${name}: ${version ?? (name.startsWith('offline/') ? 'needs nothing' : 'all is there, not tried; try it: batch-manager doctor --online')}`;
      return { name: 'model access', ok: missing === null, detail: missing?.message ?? ready };
    }),
  );

const onlineChecks: Look = async (context) => {
  const { tryModel } = await import('../progress/try-model.ts');
  return Promise.all(
    (await modelsInForce(context)).map(async ({ name, asked, model }) => {
      const { ok, detail } = await tryModel(model, asked);
      return { name: 'model answer', ok, detail: `${name}: ${detail}` };
    }),
  );
};

/** The models that a task of today would ask. */
async function modelsInForce(context: Context) {
  const { settings } = taskSettings({}, context.env, settingsOf(context));
  const { createModels } = await import('../model/registry.ts');
  const { providers, clis } = settingsOf(context);
  const models = createModels({ workspaceRoot: context.workspace.root, env: context.env, providers, clis });
  return [...new Set([settings.model, settings.reviewModel])].map((name) => {
    const { model, name: asked } = models.get(name);
    return { name, asked, model };
  });
}

const folderChecks: Look = async ({ env, workspace }) => {
  const { cacheFolder, homeFolder, stateFolder, unwritable } = await import('../engine/paths.ts');
  const home = ((): Check => {
    try {
      return { name: 'home', ok: true, detail: homeFolder(env) };
    } catch (error) {
      return { name: 'home', ok: false, detail: (error as Error).message };
    }
  })();
  if (!home.ok) return [home];
  const folders = [workspace.root, workspace.tasks, workspace.state, stateFolder(env), cacheFolder(env)];
  const faults = folders.flatMap((folder): Check[] => {
    const problem = unwritable(folder, { make: false });
    return problem === null ? [] : [{ name: 'folder', ok: false, detail: `${folder} ${problem}` }];
  });
  return [home, ...(faults.length > 0 ? faults : [{ name: 'folders', ok: true, detail: 'can be written' }])];
};

const gitChecks: Look = async (context) => {
  const { gitCheck } = await import('../git/check.ts');
  const { gitDirty, gitCommit } = taskSettings({}, context.env, settingsOf(context)).settings;
  const { ok, detail } = await gitCheck(context.workspace.root);
  // Without git nothing fails that was not asked for.
  const isNeeded = gitDirty === 'skip' || gitCommit !== 'off';
  return [{ name: 'git', ok: ok || !isNeeded, detail }];
};

const proxyChecks: Look = async ({ env }) => {
  const { namedProxies } = await import('../model/proxy.ts');
  try {
    return namedProxies(env).map(({ variable, origin }) => ({
      name: 'proxy',
      ok: true,
      detail: `${origin} (${variable}) for what is not on this machine${env.NO_PROXY || env.no_proxy ? ' nor in NO_PROXY' : ''}`,
    }));
  } catch (error) {
    return [{ name: 'proxy', ok: false, detail: (error as Error).message }];
  }
};

/** Where the worker has other variables than this shell; keys by the start of their hash. */
const workerChecks: Look = async (context) => {
  const { environmentDifferences } = await import('../progress/worker-environment.ts');
  const differing = await environmentDifferences(context);
  return differing.map((detail) => ({ name: 'worker', ok: true, detail }));
};

const gateChecks: Look = async ({ env }) => {
  const [{ ModelGateStore }, { stateFolder }] = await Promise.all([
    import('../store/model-gates.ts'),
    import('../engine/paths.ts'),
  ]);
  const gates = await new ModelGateStore(`${stateFolder(env)}/gates`).list();
  return gates
    .filter(({ until }) => Date.parse(until) > Date.now())
    .map(({ model, until, reason }) => ({
      name: 'provider gate',
      ok: true,
      detail: `${model} is not asked before ${until}: ${reason}. Ask at once: batch-manager resume ID --now`,
    }));
};

const promptChecks: Look = async (context) => {
  const { createPrompts } = await import('../prompts/prompts.ts');
  const prompts = createPrompts({ workspaceRoot: context.workspace.root });
  return prompts.inForce().map(({ name, path, overridden }) => ({
    name: `prompt ${name}`,
    ok: true,
    detail: overridden ? `${path} (this workspace's)` : 'shipped',
  }));
};

const engineChecks: Look = async (context) => {
  const { engineChecks: checks } = await import('../engine/doctor.ts');
  return checks(context.env);
};
