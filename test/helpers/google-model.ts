import { createHostedModel, type HostedOptions } from '../../src/model/hosted.ts';
import type { Model } from '../../src/model/model.ts';
import { HOSTED_PROVIDERS } from '../../src/model/providers.ts';

export interface GoogleOptions extends Partial<Pick<HostedOptions, 'env' | 'keyHelp'>> {
  readonly apiKey: () => string | null;
  /** As the settings would set it; left out, the environment's variable or Google's own address. */
  readonly baseURL?: string;
}

/** Google's models at an address of the test's. */
export function createGoogleModel({ apiKey, baseURL, env = process.env, keyHelp }: GoogleOptions): Model {
  const { google } = HOSTED_PROVIDERS;
  const spec = baseURL === undefined ? google : { ...google, baseURL, baseURLVariable: null };
  return createHostedModel({
    provider: 'google',
    spec,
    apiKey,
    env,
    keyHelp: keyHelp ?? "GEMINI_API_KEY in the worker's environment",
  });
}
