/** Agent CLIs as models: a real program behind each call. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CliSettings } from '../../src/model/cli/template.ts';
import type { Model } from '../../src/model/model.ts';
import { createModels } from '../../src/model/registry.ts';
import { AGENT, agent } from '../helpers/agent.ts';
import { modelErrorOf } from '../helpers/model-error.ts';
import { tempFolder } from '../helpers/temp.ts';
import { until } from '../helpers/until.ts';
import { processesWith, testOnLinux, uniqueSleep, untilProcesses } from '../process/survivors.ts';

const KEY = 'sk-test-0123456789abcdef';
const PROMPT = 'Дуже таємний текст уроку, який не сміє потрапити до журналу.';
const JSON_OUTPUT: CliSettings = {
  output: 'json',
  text: 'response',
  'finish-reason': 'stop_reason',
  error: 'error',
  usage: {
    input: 'stats.models.*.tokens.prompt',
    output: ['stats.models.*.tokens.candidates', 'stats.models.*.tokens.thoughts'],
    reasoning: 'stats.models.*.tokens.thoughts',
    cached: 'stats.models.*.tokens.cached',
  },
};

interface Asked {
  readonly model: Model;
  readonly ask: (prompt?: string, signal?: AbortSignal, name?: string) => ReturnType<Model['ask']>;
}

/** A template as the one agent CLI of a workspace. */
function cli(settings: CliSettings, env: Record<string, string> = {}, root = tempFolder()): Asked {
  const models = createModels({
    workspaceRoot: root,
    env: { PATH: process.env.PATH, HOME: root, SECRET_OF_THE_WORKER: 'x', AGENT_KEY: KEY, ...env },
    clis: { test: settings },
  });
  const { model } = models.get('cli/test');
  return {
    model,
    ask: (prompt = PROMPT, signal = new AbortController().signal, name = '') =>
      model.ask({ ask: 'fix', model: name, prompt, signal }),
  };
}

const digest = (text: string): string => `${text.length} ${createHash('sha256').update(text).digest('hex')}`;

const noUsage = { inputTokens: null, outputTokens: null, reasoningTokens: null, cachedInputTokens: null };

test('a text answer is the reply, and its tokens are unknown', async () => {
  expect(await cli(agent('text')).ask()).toEqual({ text: digest(PROMPT), finishReason: 'stop', usage: noUsage });
});

test('a JSON answer is read by its template, whatever stands before it', async () => {
  expect(await cli(agent('json', [], JSON_OUTPUT)).ask()).toEqual({
    text: digest(PROMPT),
    finishReason: 'stop',
    usage: { inputTokens: 140, outputTokens: 25, reasoningTokens: 5, cachedInputTokens: 40 },
  });
  expect(await cli(agent('json', ['max_tokens'], JSON_OUTPUT)).ask()).toMatchObject({ finishReason: 'length' });
});

test('a prompt of a megabyte comes in whole', async () => {
  const prompt = 'Слово за слово. '.repeat(65_536);
  expect(await cli(agent('text')).ask(prompt)).toMatchObject({ text: digest(prompt) });
});

test('it runs in an empty folder, which goes with it, and sees no variable but the plain and the named ones', async () => {
  const settings = agent('seen', ['{root}'], {
    model: '--model {model}',
    env: ['AGENT_KEY', 'FROM_DOT_ENV', 'NOT_SET'],
    'set-env': { SETTINGS: '{folder}/conf/a.json', MODE: 'headless' },
    files: { 'conf/a.json': '{}' },
  });
  const root = tempFolder();
  writeFileSync(join(root, '.env'), 'FROM_DOT_ENV=there\nOTHER_OF_DOT_ENV=not there\n');
  const { text } = await cli(settings, { LANG: 'C' }, root).ask(PROMPT, undefined, 'big/model-1');
  const seen = JSON.parse(text) as { env: Record<string, string>; cwd: string; files: string[]; args: string[] };
  expect(seen.args).toEqual([root, '--model', 'big/model-1']);
  expect(seen.files).toEqual([]);
  expect(seen.cwd).toMatch(new RegExp(`^${tmpdir()}/batch-manager-cli-${process.pid}-1/work$`));
  expect(existsSync(seen.cwd)).toBe(false);
  const { PATH: _path, BATCH_MANAGER_RUN: _mark, PWD: _pwd, OLDPWD: _old, SHLVL: _level, _: _last, ...env } = seen.env;
  expect(env).toEqual({
    HOME: root,
    LANG: 'C',
    AGENT_KEY: KEY,
    FROM_DOT_ENV: 'there',
    SETTINGS: seen.cwd.replace(/work$/, 'conf/a.json'),
    MODE: 'headless',
    TMPDIR: seen.cwd.replace(/work$/, 'tmp'),
    NO_COLOR: '1',
  });
});

test.each([
  ['1', 'Error: 429 Too Many Requests, retry after 7 s', 'rate', 7000],
  ['1', 'You have hit your usage limit. Try again in 2 hours 5 minutes.', 'quota', 7_500_000],
  ['1', 'Invalid API key', 'auth', null],
  ['1', 'connect ECONNREFUSED 127.0.0.1:1', 'network', null],
  ['1', '503 Service Unavailable', 'provider-down', null],
  ['2', "error: unknown option '--output'", 'setup', null],
  ['9', 'Segmentation of the reply failed', 'provider-down', null],
  ['127', '', 'setup', null],
])('exit code %s with "%s" is of class %s', async (code, text, errorClass, retryAfterMs) => {
  const error = await modelErrorOf(cli(agent('fail', [code, text])).ask(), [KEY, 'таємний']);
  expect(error).toMatchObject({ errorClass, retryAfterMs });
  expect(error.message).toContain(
    `cli/test ended with exit code ${code}${text === '' ? '' : `: ${text.slice(0, 20)}`}`,
  );
});

test("a template's own rules come before the general ones, by exit code, by text, or by both", async () => {
  const failures = [
    { class: 'quota', 'exit-code': 3, text: 'empty' },
    { class: 'auth', 'exit-code': [3, 4] },
    { class: 'network', text: 'the line is dead' },
    { class: 'rate', 'exit-code': 0, text: '^come back later' },
  ] as const;
  const classOf = async (...args: string[]): Promise<string> =>
    (await modelErrorOf(cli(agent('fail', args, { failures })).ask(), [KEY])).errorClass;
  expect(await classOf('3', 'The tank is EMPTY')).toBe('quota');
  expect(await classOf('3', '429')).toBe('auth');
  expect(await classOf('1', 'the line is dead, 429')).toBe('network');
  expect(await classOf('0', '', 'Come back later, please')).toBe('rate');
});

test('a failure that the JSON tells counts though the command ended well', async () => {
  const stdout = JSON.stringify({ response: 'You are out of credit: usage limit reached|1764000000', error: true });
  const error = await modelErrorOf(cli(agent('fail', ['0', '', stdout], JSON_OUTPUT)).ask(), [KEY]);
  expect(error.errorClass).toBe('quota');
  expect(error.message).toContain('You are out of credit');
});

test.each([
  ['The model response was blocked due to safety settings.', 'content-filter'],
  ['API Error: the response exceeded the 32000 output token maximum.', 'length'],
])('the error "%s" is a reply that ended so, whatever the exit code', async (message, finishReason) => {
  const stdout = JSON.stringify({ response: '', error: { message } });
  const expected = { text: '', finishReason };
  expect(await cli(agent('fail', ['0', '', stdout], JSON_OUTPUT)).ask()).toMatchObject(expected);
  expect(await cli(agent('fail', ['1', '', stdout], JSON_OUTPUT)).ask()).toMatchObject(expected);
});

test('the JSON error behind a stack trace is what is told', async () => {
  const stderr = `Error: {\n  stack\n    at run (file:1:2)\n{\n  "error": { "type": "Error", "message": "quota exceeded for the day", "code": 429 }\n}\n`;
  const error = await modelErrorOf(cli(agent('fail', ['173', stderr], JSON_OUTPUT)).ask(), [KEY]);
  expect(error).toMatchObject({
    errorClass: 'quota',
    message: 'cli/test ended with exit code 173: quota exceeded for the day',
  });
});

test('neither a key nor the prompt gets into a message', async () => {
  const quoting = await modelErrorOf(cli(agent('fail', ['1', 'bad input: PROMPT'])).ask(), [KEY, 'таємний']);
  expect(quoting.message).toBe('cli/test ended with exit code 1');
  const withKey = await modelErrorOf(cli(agent('fail', ['1', 'the key KEY is 401'])).ask(), [KEY]);
  expect(withKey.message).toContain('the key … is 401. Log in with the command itself, or set AGENT_KEY');
});

test('what a command echoes of its prompt is not taken for the reason why it failed', async () => {
  const error = await modelErrorOf(cli(agent('echo')).ask('A lesson.\nError 429: the quota exceeded.\nBye.'), [KEY]);
  expect(error).toMatchObject({ errorClass: 'provider-down' });
  expect(error.message).toBe('cli/test ended with exit code 1: something went wrong');
});

test.each([
  ['no output', agent('fail', ['0'])],
  ['bytes that are no text', agent('garbage')],
  ['no JSON', agent('garbage', [], JSON_OUTPUT)],
  ['no JSON', agent('fail', ['0', '', '{"response": "cut'], JSON_OUTPUT)],
  ['JSON without a text at response', agent('fail', ['0', '', '{"answer": "x"}'], JSON_OUTPUT)],
  ['an empty text', agent('fail', ['0', '', '{"response": ""}'], JSON_OUTPUT)],
])('an end without error and with %s is a provider that is down', async (reason, settings) => {
  const error = await modelErrorOf(cli(settings).ask(), [KEY]);
  expect(error).toMatchObject({ errorClass: 'provider-down' });
  expect(error.message).toContain(`cli/test ended with exit code 0 with ${reason}`);
});

test('an output of 50 MB ends the command, and is a reply that was cut', async () => {
  expect(await cli(agent('flood', [String(50 * 1024 * 1024)])).ask()).toEqual({
    text: '',
    finishReason: 'length',
    usage: noUsage,
  });
});

test('a command that is not there is told before the call and by it', async () => {
  const { model, ask } = cli({ command: 'no-such-agent --json' });
  const message =
    "cli/test: cannot run 'no-such-agent': not found in PATH. Install it, or set clis.test.command in batch-manager.yaml";
  expect(model.missing()).toMatchObject({ errorClass: 'setup', message });
  expect(await modelErrorOf(ask(), [KEY])).toMatchObject({ errorClass: 'setup', message });
});

test('a command by a path lies in the workspace, or where the path says', async () => {
  const root = tempFolder();
  writeFileSync(join(root, 'agent.sh'), '#!/bin/sh\nexec cat\n');
  expect(cli({ command: './agent.sh' }, {}, root).model.missing()?.message).toContain(
    'is not executable (try: chmod +x)',
  );
  chmodSync(join(root, 'agent.sh'), 0o755);
  const { model, ask } = cli({ command: './agent.sh' }, {}, root);
  expect(model.missing()).toBeNull();
  expect(await ask('hello')).toMatchObject({ text: 'hello' });
});

test('a command line with a quote that is not closed is told', () => {
  expect(cli({ command: "agent 'x" }).model.missing()?.message).toContain(`clis.test.command has a ' without its end`);
});

test('its program and version are told', async () => {
  const { command } = agent('--version');
  const { model } = cli({ ...agent('text'), version: command });
  expect(await model.version?.()).toBe(`${process.execPath}, agent 1.2.3`);
  const { model: broken } = cli({ ...agent('text'), version: `${process.execPath} ${AGENT} fail 4 nothing` });
  expect(await broken.version?.()).toBe(`${process.execPath}, no version: it ended with exit code 4: nothing`);
});

test('the gate is told by command, key and model', () => {
  const gate = (settings: CliSettings, env: Record<string, string>, name: string): string | null =>
    cli(settings, env, '/tmp').model.gate(name);
  const gates = [
    gate(agent('text'), {}, ''),
    gate(agent('text'), {}, 'other'),
    gate(agent('text'), { AGENT_KEY: 'another-key-0123' }, ''),
    gate(agent('json'), {}, ''),
  ];
  expect(new Set(gates).size).toBe(4);
  expect(gate(agent('text'), {}, '')).toBe(gates[0]);
  expect(gates.join()).not.toContain(KEY);
});

testOnLinux(
  'an abort kills all that ignores TERM, grandchildren and sessions too, and rejects with its reason',
  async () => {
    const seconds = uniqueSleep();
    const controller = new AbortController();
    const asked = cli(agent('stubborn', [seconds])).ask(PROMPT, controller.signal);
    const rejected = asked.then(
      () => 'a reply',
      (reason: unknown) => reason,
    );
    await untilProcesses(`sleep\0${seconds}`, 4, 20_000);
    controller.abort('stopped');
    await until(() => processesWith(seconds).length === 0, 4000);
    expect(await rejected).toBe('stopped');
  },
);

testOnLinux('a call that is aborted before its start starts nothing', async () => {
  const log = join(tempFolder(), 'log');
  const asked = cli(agent('text'), { AGENT_LOG: log }).ask(PROMPT, AbortSignal.abort('stopped'));
  await expect(asked).rejects.toBe('stopped');
  expect(existsSync(log)).toBe(false);
  await cli(agent('text'), { AGENT_LOG: log }).ask();
  expect(readFileSync(log, 'utf8')).toContain(digest(PROMPT));
});
