import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TypedError } from '../../domain/failure.ts';
import { findExecutable } from '../../process/executable.ts';
import { withNumberedScratch } from '../../process/scratch.ts';
import { splitWords } from '../../process/split-words.ts';
import type { CliTemplate } from './template.ts';

/** What a template's placeholders stand for. */
export interface CliValues {
  /** The scratch folder of the call. */
  readonly folder: string;
  /** The workspace's root. */
  readonly root: string;
  /** Name of the model; empty where the command is to take its own. */
  readonly model: string;
}

/** The words of a template's command, the program first, as a path. Throws TypedError `BadRequest` where there is no such program. */
export function cliCommand(template: CliTemplate, values: CliValues, env: NodeJS.ProcessEnv): readonly string[] {
  const model = values.model === '' ? '' : (template.model ?? '');
  const words = [
    ...splitWords(template.command, `clis.${template.name}.command`),
    ...splitWords(model, `clis.${template.name}.model`),
  ];
  return runnable(words, template, values, env);
}

/** The words of the command that prints the program's version. */
export function versionCommand(template: CliTemplate, values: CliValues, env: NodeJS.ProcessEnv): readonly string[] {
  const [program = ''] = splitWords(template.command, `clis.${template.name}.command`);
  const words =
    template.version === undefined
      ? [program, '--version']
      : splitWords(template.version, `clis.${template.name}.version`);
  return runnable(words, template, values, env);
}

function runnable(
  words: readonly string[],
  { name }: CliTemplate,
  values: CliValues,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const [program, ...rest] = words.map((word) => filledIn(word, values));
  if (program === undefined) throw new TypedError('BadRequest', `clis.${name}.command is empty`);
  // Looked for from the workspace: the command itself runs in a folder of its own.
  return [findExecutable(program, values.root, env), ...rest];
}

/** A template's text with its placeholders filled in; one word stays one word whatever they stand for. */
export function filledIn(text: string, values: CliValues): string {
  return text.replace(/\{(folder|root|model)\}/g, (_, name: keyof CliValues) => values[name]);
}

/** Runs an action with a scratch folder: `work` to run in, `tmp`, and the template's files beside them. It is removed afterwards. */
export function withScratch<T>(
  files: Readonly<Record<string, string>>,
  action: (folder: string) => Promise<T>,
): Promise<T> {
  return withNumberedScratch('cli', async (folder) => {
    try {
      for (const name of ['work', 'tmp']) await mkdir(join(folder, name));
      for (const [name, text] of Object.entries(files)) await put(folder, name, text);
      return await action(folder);
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  });
}

async function put(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
}
