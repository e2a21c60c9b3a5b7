/** The environment variables that providers and agent CLIs declare: no others leave the shell for a worker. */
import { cliNames, cliTemplate } from './cli/templates.ts';
import { CLI, parseModelName, splitCliName, type ModelSettings } from './names.ts';
import { hostedNames, hostedProvider } from './providers.ts';
import { PROXY_VARIABLES } from './proxy.ts';

/** Variables of all providers and agent CLIs, and those that name proxies. */
export function declaredVariables(settings: ModelSettings): string[] {
  const hosted = hostedNames(settings.providers).flatMap((name) => ofHosted(name, settings));
  const clis = cliNames(settings.clis).flatMap((name) => cliTemplate(name, settings.clis)?.env ?? []);
  return [...new Set([...hosted, ...clis, ...PROXY_VARIABLES])];
}

/** Variables that decide how a model is asked. */
export function variablesOf(model: string, settings: ModelSettings): string[] {
  const { provider, model: name } = parseModelName(model, settings);
  const own =
    provider === CLI
      ? [...(cliTemplate(splitCliName(name).command, settings.clis)?.env ?? [])]
      : ofHosted(provider, settings);
  return [...own, ...PROXY_VARIABLES];
}

function ofHosted(name: string, { providers }: ModelSettings): string[] {
  const provider = hostedProvider(name, providers);
  if (provider === null) return [];
  const { keyVariables, baseURLVariable } = provider;
  return baseURLVariable === null ? [...keyVariables] : [...keyVariables, baseURLVariable];
}
