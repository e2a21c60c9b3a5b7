import { expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import { formatModelName, parseModelName } from '../../src/model/names.ts';

/** An agent CLI that takes a model, and one that does not. */
const CLIS = { claude: { command: 'claude -p', model: '--model {model}' }, script: { command: './ask.sh' } };

/** The message of the usage error that a name gives. */
function refusal(name: string): string {
  try {
    return `taken as ${formatModelName(parseModelName(name, { clis: CLIS }))}`;
  } catch (error) {
    if (error instanceof UserError && error.kind === 'usage') return error.message;
    throw error;
  }
}

test.each([
  ['google/gemini-2.5-flash', 'google/gemini-2.5-flash'],
  ['gemini-2.5-pro', 'google/gemini-2.5-pro'],
  ['gemini-4-flash-preview-11-2026', 'google/gemini-4-flash-preview-11-2026'],
  ['google/gemma-3-27b-it', 'google/gemma-3-27b-it'],
  ['offline', 'offline/rules-1'],
  ['offline/rules-1', 'offline/rules-1'],
  [' gemini-2.5-flash ', 'google/gemini-2.5-flash'],
  ['claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['anthropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['ollama/qwen3:8b', 'ollama/qwen3:8b'],
  ['openrouter/google/gemini-2.5-flash', 'openrouter/google/gemini-2.5-flash'],
  ['cli/gemini', 'cli/gemini'],
  ['cli/gemini/gemini-2.5-pro', 'cli/gemini/gemini-2.5-pro'],
  ['cli/claude/opus', 'cli/claude/opus'],
  ['cli/script', 'cli/script'],
])('the name "%s" means %s', (name, meaning) => {
  expect(formatModelName(parseModelName(name, { clis: CLIS }))).toBe(meaning);
  expect(parseModelName(meaning, { clis: CLIS })).toEqual(parseModelName(name, { clis: CLIS }));
});

test.each([
  ['cli/codex', 'Unknown agent CLI "cli/codex". Known: cli/gemini, cli/claude, cli/script;'],
  ['cli', 'Unknown agent CLI "cli/". Known: cli/gemini, cli/claude, cli/script;'],
  ['cli/script/opus', 'clis.script.model does not say how the command takes one. Try --model cli/script.'],
  ['cli/claude/--dangerously', 'Model name "cli/claude/--dangerously" is malformed. Try --model cli/claude.'],
  ['cli/claude/', 'Model name "cli/claude/" is malformed. Try --model cli/claude.'],
])('the name "%s" of an agent CLI is refused', (name, message) => {
  expect(refusal(name)).toContain(message);
});

test.each([
  ['goggle/gemini-2.5-flash', 'google/gemini-2.5-flash'],
  ['Google/gemini-2.5-pro', 'google/gemini-2.5-pro'],
  ['gemin-2.5-pro', 'google/gemini-2.5-pro'],
  ['ofline', 'offline/rules-1'],
  ['ofline/rules', 'offline/rules-1'],
  ['offline/rules-2', 'offline/rules-1'],
  ['gpt-5', 'google/gemini-2.5-flash'],
  ['', 'google/gemini-2.5-flash'],
])('the unknown name "%s" is refused with the nearest one, %s', (name, nearest) => {
  const message = refusal(name);
  expect(message).toContain(`Unknown model "${name}".`);
  expect(message).toContain('Known providers: google, anthropic, openai,');
  expect(message.endsWith(`Try --model ${nearest}.`)).toBe(true);
});

test.each([
  ['gemini-1.5-pro', 'gemini-2.5-pro'],
  ['google/gemini-1.5-flash-8b', 'gemini-2.5-flash'],
  ['gemini-1.0-pro', 'gemini-2.5-pro'],
  ['gemini-pro', 'gemini-2.5-pro'],
])('the old name %s is refused with its successor %s', (name, successor) => {
  expect(refusal(name)).toContain('no longer served');
  expect(refusal(name).endsWith(`Try --model google/${successor}.`)).toBe(true);
});

test.each(['google/', 'google/../secrets', 'google/models/gemini-2.5-pro', 'gemini-2.5?key=x', 'gemini-2..5'])(
  'the name "%s" would ask another address and is refused',
  (name) => {
    expect(refusal(name)).toContain('is malformed');
  },
);
