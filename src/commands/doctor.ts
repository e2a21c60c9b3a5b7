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
  const command = newCommand('doctor', [['What is wrong here?', 'doctor']]).option(
    '--json',
    'print the checks as JSON',
  );
  command.action(async (flags) => wiring.done(await run(wiring.context(), flags)));
  return command;
}

async function runDoctor(context: Context, options: { json?: boolean | undefined }): Promise<ExitCode> {
  const checks: Check[] = [];
  for (const look of [
    nodeCheck,
    workspaceCheck,
    manifestCheck,
    settingsChecks,
    modelChecks,
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

const modelChecks: Look = async (context) => {
  const { settings } = taskSettings({}, context.env, settingsOf(context));
  const { createModels } = await import('../model/registry.ts');
  const { providers, clis } = settingsOf(context);
  const models = createModels({ workspaceRoot: context.workspace.root, env: context.env, providers, clis });
  const names = [...new Set([settings.model, settings.reviewModel])];
  return Promise.all(
    names.map(async (name) => {
      const { model } = models.get(name);
      const missing = model.missing();
      const version = missing === null ? await model.version?.() : undefined;
      const detail = missing?.message ?? `${name} can be called${version === undefined ? '' : ` (${version})`}`;
      return { name: 'model access', ok: missing === null, detail };
    }),
  );
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
