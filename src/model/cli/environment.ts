import type { Keys } from '../keys.ts';
import { HOSTED_PROVIDERS } from '../providers.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What any program may see; a key or a token is none of it. */
const PLAIN =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|TZ|LANG|LANGUAGE|LC_\w+|XDG_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|(?:https?|all|no)_proxy)$/i;

/** Shorter values are no secrets, and hiding them would hide words. */
const SECRET_LENGTH = 8;

/** The variables that an agent CLI sees, and the values among them that must not be told. */
export interface CliEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/**
 * The plain variables of this process's environment, and the named ones from where keys are looked for: the environment, the
 * workspace's `.env`, and for a known provider's first variable the credentials file. Throws UserError (failed) as `Keys` does.
 */
export function cliEnvironment(names: readonly string[], from: Environment, keys: Keys): CliEnvironment {
  const plain = Object.entries(from).filter((entry): entry is [string, string] => {
    return PLAIN.test(entry[0]) && entry[1] !== undefined;
  });
  const named = names.flatMap((name): [string, string][] => {
    const found = keys.find(providerOf(name), [name]);
    return found === null ? [] : [[name, found.key]];
  });
  const secrets = named.map(([, value]) => value).filter((value) => value.length >= SECRET_LENGTH);
  return { env: Object.fromEntries([...plain, ...named]), secrets };
}

/** The provider whose recommended key variable this is; an empty name, which has no entry in the credentials file, for any other. */
function providerOf(variable: string): string {
  const found = Object.entries(HOSTED_PROVIDERS).find(([, provider]) => provider.keyVariables[0] === variable);
  return found?.[0] ?? '';
}
