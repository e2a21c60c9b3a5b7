import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HOSTED_PROVIDERS } from '../../src/model/providers.ts';
import { createKeys, parseDotEnv, type Keys } from '../../src/model/keys.ts';

const GOOGLE = HOSTED_PROVIDERS.google.keyVariables;

let folder: string;
let workspaceRoot: string;
let credentials: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  workspaceRoot = join(folder, 'workspace');
  credentials = join(folder, 'config', 'batch-manager', 'credentials.json');
  await mkdir(workspaceRoot);
  await mkdir(join(folder, 'config', 'batch-manager'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

function keys(env: Record<string, string> = {}): Keys {
  return createKeys({ workspaceRoot, env: { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), ...env } });
}

const writeDotEnv = (text: string): Promise<void> => writeFile(join(workspaceRoot, '.env'), text);
const writeCredentials = (text: string, mode = 0o600): Promise<void> => writeFile(credentials, text, { mode });

test('the environment comes before .env, and .env before the credentials file', async () => {
  await writeCredentials('{"google":{"apiKey":"from-file"}}');
  expect(keys().find('google', GOOGLE)).toEqual({ key: 'from-file', origin: credentials });
  await writeDotEnv('GEMINI_API_KEY=from-dot-env\n');
  expect(keys().find('google', GOOGLE)).toEqual({
    key: 'from-dot-env',
    origin: `${join(workspaceRoot, '.env')} GEMINI_API_KEY`,
  });
  expect(keys({ GEMINI_API_KEY: 'from-env' }).find('google', GOOGLE)).toEqual({
    key: 'from-env',
    origin: 'environment GEMINI_API_KEY',
  });
});

test.each(['GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'])('%s counts too, after GEMINI_API_KEY', (variable) => {
  expect(keys({ [variable]: 'other' }).find('google', GOOGLE)?.origin).toBe(`environment ${variable}`);
  expect(keys({ [variable]: 'other', GEMINI_API_KEY: 'first' }).find('google', GOOGLE)?.key).toBe('first');
});

test('a variable that is empty or blank counts as not set', async () => {
  await writeDotEnv('GEMINI_API_KEY=real');
  expect(keys({ GEMINI_API_KEY: '', GOOGLE_API_KEY: '  ' }).find('google', GOOGLE)?.key).toBe('real');
});

test('a key that is written while the process runs is found by the same object', async () => {
  const found = keys();
  expect(found.find('google', GOOGLE)).toBeNull();
  await writeDotEnv('GEMINI_API_KEY=late');
  expect(found.find('google', GOOGLE)?.key).toBe('late');
});

test('without XDG_CONFIG_HOME, or with a relative one, the file stands in ~/.config', async () => {
  const path = join(folder, '.config', 'batch-manager', 'credentials.json');
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, '{"google":{"apiKey":"home"}}', { mode: 0o600 });
  expect(keys({ XDG_CONFIG_HOME: '' }).find('google', GOOGLE)?.key).toBe('home');
  expect(keys({ XDG_CONFIG_HOME: 'relative' }).find('google', GOOGLE)?.key).toBe('home');
});

test.each([0o644, 0o640, 0o604, 0o620])(
  'a credentials file of mode %i is refused with the command that mends it',
  async (mode) => {
    await writeCredentials('{"google":{"apiKey":"open-secret"}}');
    await chmod(credentials, mode);
    const command = `chmod 600 "${credentials}"`;
    expect(() => keys().find('google', GOOGLE)).toThrow(`has mode ${mode.toString(8)}: others may read`);
    expect(() => keys().find('google', GOOGLE)).toThrow(command);
    await chmod(credentials, 0o600);
    expect(keys().find('google', GOOGLE)?.key).toBe('open-secret');
  },
);

test('a credentials file that does not parse is named, and its text is not quoted', async () => {
  await writeCredentials('{"google": open-secret');
  expect(() => keys().find('google', GOOGLE)).toThrow(`${credentials} is not valid JSON`);
  expect(() => keys().find('google', GOOGLE)).not.toThrow('open-secret');
});

test.each(['[]', 'null', '{}', '{"google":"text"}', '{"google":{"apiKey":7}}', '{"google":{"apiKey":" "}}'])(
  'a credentials file of %s holds no key',
  async (text) => {
    await writeCredentials(text);
    expect(keys().find('google', GOOGLE)).toBeNull();
  },
);

test('a .env that cannot be read is named with the reason', async () => {
  await mkdir(join(workspaceRoot, '.env'));
  expect(() => keys().find('google', GOOGLE)).toThrow(`${join(workspaceRoot, '.env')} is a folder, not a file`);
});

test('each provider has its own entry in the credentials file', async () => {
  await writeCredentials('{"google":{"apiKey":"g"},"gateway":{"apiKey":"x"}}');
  expect(keys().find('gateway', [])?.key).toBe('x');
  expect(keys().find('anthropic', ['ANTHROPIC_API_KEY'])).toBeNull();
});

test('the help names variable, files and mode, and no key', () => {
  const help = keys({ GEMINI_API_KEY: 'secret' }).help('google', GOOGLE);
  expect(help).toContain('GEMINI_API_KEY');
  expect(help).toContain(join(workspaceRoot, '.env'));
  expect(help).toContain(`${credentials} (mode 600)`);
  expect(help).not.toContain('secret');
});

test.each([
  ['A=1', '1'],
  ['export A=1', '1'],
  ['  A = 1  ', '1'],
  ['A="with # and space"', 'with # and space'],
  ['A="a \\"quoted\\" word" # comment', 'a "quoted" word'],
  ["A='single \\n stays'", 'single \\n stays'],
  ['A="two\\nlines"', 'two\nlines'],
  ['A=value # comment', 'value'],
  ['A=val#ue', 'val#ue'],
  ['A=# comment', ''],
  ['A=', ''],
  ['A="never closed', '"never closed'],
  ['A=a=b==', 'a=b=='],
  ['\uFEFFA=bom', 'bom'],
  ['# A=0\r\nA=1\r\nB=2\r\n', '1'],
  ['A=1\nA=2', '2'],
])('the .env text %j gives A the value %j', (text, value) => {
  expect(parseDotEnv(text)['A']).toBe(value);
});

test('lines of no meaning in a .env are passed over', () => {
  expect(parseDotEnv('# comment\n\nnonsense\n=x\n1A=2\n#A=3\n')).toEqual({});
});
