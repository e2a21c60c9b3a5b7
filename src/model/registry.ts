import { createCliModel } from './cli/cli.ts';
import { cliTemplate } from './cli/templates.ts';
import { createHostedModel } from './hosted.ts';
import { createKeys } from './keys.ts';
import type { Model } from './model.ts';
import { CLI, parseModelName, splitCliName, type ModelSettings } from './names.ts';
import { createOfflineModel } from './offline/offline.ts';
import { hostedProvider } from './providers.ts';

export interface ModelsOptions extends ModelSettings {
  readonly workspaceRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Models {
  /**
   * The provider of a `provider/model` name (or a short form of it), and the name to ask it with (`ModelRequest.model`).
   * The same provider object each time. Throws UserError (usage) for a name that is not known.
   */
  get(name: string): { readonly model: Model; readonly name: string };
}

/** All model providers, each made when it is first asked for. */
export function createModels(options: ModelsOptions): Models {
  const made = new Map<string, Model>();
  return {
    get(text) {
      const { provider, name } = asked(text, options);
      const model = made.get(provider) ?? create(provider, options);
      made.set(provider, model);
      return { model, name };
    },
  };
}

/** The provider of a name, each agent CLI being one of its own, and the model's name as the provider knows it. */
function asked(text: string, settings: ModelSettings): { readonly provider: string; readonly name: string } {
  const { provider, model } = parseModelName(text, settings);
  if (provider !== CLI) return { provider, name: model };
  const cli = splitCliName(model);
  return { provider: `${CLI}/${cli.command}`, name: cli.model };
}

function create(provider: string, { workspaceRoot, env, providers, clis }: ModelsOptions): Model {
  const keys = createKeys({ workspaceRoot, env });
  const template = provider.startsWith(`${CLI}/`) ? cliTemplate(provider.slice(CLI.length + 1), clis) : null;
  if (template !== null) return createCliModel({ template, workspaceRoot, env, keys });
  const spec = hostedProvider(provider, providers);
  if (spec === null) return createOfflineModel(env);
  return createHostedModel({
    provider,
    spec,
    apiKey: () => keys.find(provider, spec.keyVariables)?.key ?? null,
    keyHelp: keys.help(provider, spec.keyVariables),
    env,
  });
}
