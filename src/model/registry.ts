import { createGoogleModel } from './google.ts';
import { createKeys } from './keys.ts';
import type { Model } from './model.ts';
import { parseModelName, type ProviderName } from './names.ts';
import { createOfflineModel } from './offline/offline.ts';

export interface ModelsOptions {
  readonly workspaceRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Base URL of google from the settings; without it GOOGLE_GEMINI_BASE_URL of `env` counts. */
  readonly googleBaseURL?: string | undefined;
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
  const made = new Map<ProviderName, Model>();
  return {
    get(text) {
      const { provider, model: name } = parseModelName(text);
      const model = made.get(provider) ?? create(provider, options);
      made.set(provider, model);
      return { model, name };
    },
  };
}

function create(provider: ProviderName, { workspaceRoot, env, googleBaseURL }: ModelsOptions): Model {
  switch (provider) {
    case 'offline':
      return createOfflineModel(env);
    case 'google': {
      const keys = createKeys({ workspaceRoot, env });
      const keyHelp = keys.help('google');
      return createGoogleModel({
        apiKey: () => keys.find('google')?.key ?? null,
        keyHelp,
        env,
        baseURL: googleBaseURL,
      });
    }
  }
}
