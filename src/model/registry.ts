import { createHostedModel } from './hosted.ts';
import { createKeys } from './keys.ts';
import type { Model } from './model.ts';
import { parseModelName } from './names.ts';
import { createOfflineModel } from './offline/offline.ts';
import { hostedProvider, type ProvidersSettings } from './providers.ts';

export interface ModelsOptions {
  readonly workspaceRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `providers` of the settings. */
  readonly providers?: ProvidersSettings | undefined;
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
      const { provider, model: name } = parseModelName(text, options.providers);
      const model = made.get(provider) ?? create(provider, options);
      made.set(provider, model);
      return { model, name };
    },
  };
}

function create(provider: string, { workspaceRoot, env, providers }: ModelsOptions): Model {
  const spec = hostedProvider(provider, providers);
  if (spec === null) return createOfflineModel(env);
  const keys = createKeys({ workspaceRoot, env });
  return createHostedModel({
    provider,
    spec,
    apiKey: () => keys.find(provider, spec.keyVariables)?.key ?? null,
    keyHelp: keys.help(provider, spec.keyVariables),
    env,
  });
}
