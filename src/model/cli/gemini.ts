import type { CliSettings } from './template.ts';

/**
 * Settings of the folder that it runs in, which go over a person's own. Without `maxAttempts` the CLI itself retries a 429 for
 * minutes. No tool and no MCP server: it is to answer, not to act. Each call leaves a record of its session in the person's
 * home; all but the last of a folder are removed.
 */
const SETTINGS = JSON.stringify({
  general: {
    maxAttempts: 1,
    enableAutoUpdate: false,
    enableAutoUpdateNotification: false,
    sessionRetention: { enabled: true, maxCount: 1 },
  },
  // By itself it asks a small model first, with the prompt, which model is to answer: another one for each module.
  model: { name: 'gemini-2.5-flash' },
  tools: { core: [] },
  // An empty list would allow all.
  mcp: { allowed: ['none'] },
});

/** In the place of its own system prompt, which is 23 KB about working as an agent, and asks for short answers. */
const SYSTEM = `You are asked by a program, not by a person. Do what the message says, and write the whole reply in the form that it describes: nothing before it, nothing after it, and nothing left out. There are no tools.
`;

/**
 * gemini-cli without a terminal. Its exit code is the HTTP status modulo 256; it says what failed as JSON on standard error,
 * after a stack trace. It exits with 0 and no output when it is ended by a signal.
 */
export const GEMINI: CliSettings = {
  command: 'gemini --output-format json',
  model: '--model {model}',
  output: 'json',
  text: 'response',
  error: 'error',
  usage: {
    input: 'stats.models.*.tokens.prompt',
    output: ['stats.models.*.tokens.candidates', 'stats.models.*.tokens.thoughts'],
    reasoning: 'stats.models.*.tokens.thoughts',
    cached: 'stats.models.*.tokens.cached',
  },
  env: [
    'GEMINI_API_KEY',
    'GOOGLE_API_KEY',
    'GEMINI_MODEL',
    'GOOGLE_GEMINI_BASE_URL',
    'GOOGLE_GENAI_USE_VERTEXAI',
    'GOOGLE_CLOUD_PROJECT',
    'GOOGLE_CLOUD_LOCATION',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GEMINI_CLI_HOME',
  ],
  'set-env': {
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    GEMINI_SYSTEM_MD: '{folder}/system.md',
  },
  files: { 'work/.gemini/settings.json': SETTINGS, 'system.md': SYSTEM },
  failures: [
    { class: 'quota', text: 'per ?day|daily (?:quota|limit)' },
    { class: 'rate', 'exit-code': 173 },
    { class: 'auth', 'exit-code': [41, 145, 147] },
    { class: 'auth', text: 'API_KEY_INVALID|API key not valid' },
    { class: 'bad-request', 'exit-code': [42, 52, 53, 54, 55, 144, 148] },
    { class: 'provider-down', 'exit-code': [152, 244, 246, 247] },
  ],
};
