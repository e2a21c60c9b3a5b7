import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isConfigured } from '../../src/engine/configured.ts';
import { writeTree } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';

/** Whether a temporal.toml of this text means a Temporal of the user's own. */
function withFile(toml: string): boolean {
  const folder = tempFolder();
  writeTree(folder, { 'temporalio/temporal.toml': toml });
  return isConfigured({ HOME: '/nowhere', XDG_CONFIG_HOME: folder }, 'linux');
}

test.each(['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_API_KEY', 'TEMPORAL_CONFIG_FILE'])(
  '%s means that no engine is started, unless it is empty',
  (name) => {
    const empty = { HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere' };
    expect(isConfigured(empty, 'linux')).toBe(false);
    expect(isConfigured({ ...empty, [name]: 'x' }, 'linux')).toBe(true);
    expect(isConfigured({ ...empty, [name]: '' }, 'linux')).toBe(false);
  },
);

test.each([
  ['an address', '[profile.default]\naddress = "cluster:7233"\n'],
  ['an API key', '[profile.default]\n  api_key = "k"\n'],
  ['an address under a quoted name', '[profile."default"]\naddress = "cluster:7233"\n'],
  ['an address by a dotted key', 'profile.default.address = "cluster:7233"\n'],
])('%s in the default profile counts', (_, toml) => {
  expect(withFile(toml)).toBe(true);
});

test.each([
  ['the address of another profile', '[profile.prod]\naddress = "cluster:7233"\n'],
  ['an address in a comment', '[profile.default]\n# address = "cluster:7233"\n'],
  ['a namespace alone', '[profile.default]\nnamespace = "n"\n'],
  ['a TLS address', '[profile.default.tls]\naddress = "x"\n'],
])('%s does not', (_, toml) => {
  expect(withFile(toml)).toBe(false);
});

test('on macOS the file lies in the Library', () => {
  const home = tempFolder();
  const file = join('Library', 'Application Support', 'temporalio', 'temporal.toml');
  writeTree(home, { [file]: '[profile.default]\naddress = "cluster:7233"\n' });
  expect(isConfigured({ HOME: home }, 'darwin')).toBe(true);
  expect(isConfigured({ HOME: home }, 'linux')).toBe(false);
});
