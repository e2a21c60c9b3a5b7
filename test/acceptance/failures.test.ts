/**
 * What each fault of a provider or of a reply comes to: its class, what the user reads, and that nothing is applied that
 * should not be. The table in docs/failures.md is made here: UPDATE_DOCS=1 npx vitest run test/acceptance/failures.test.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ModuleRecord, TaskRecord } from '../../src/store/records.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { recordOf } from '../helpers/record.ts';
import { until } from '../helpers/until.ts';
import { dailyQuota, geminiError, invalidKey, rateLimited, type GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';

/** A fault, and what has to come of it. */
interface Fault {
  readonly name: string;
  /** What is faulty: each review, or each fix after a review that does not pass. */
  readonly of: 'review' | 'fix';
  /** The answer; given the number of the module's faulty calls so far, from 1. */
  readonly reply: (count: number) => GeminiReply | null;
  readonly expected: string;
  /** Faulty calls that are made in all. */
  readonly calls: number;
}

const refused = (status: number, rpc: string, failure: string): Omit<Fault, 'name'> => {
  return { of: 'review', reply: () => geminiError(status, rpc, 'no'), expected: `ERROR ${failure}`, calls: 1 };
};
const badFix = (reply: GeminiReply): Omit<Fault, 'name'> => {
  return { of: 'fix', reply: () => reply, expected: 'FAIL_AFTER_RETRIES', calls: 3 };
};
const block = (name: string, text: string): string => `===${name}_START===\n${text}\n===${name}_END===\n`;
const OTHER = '# Зовсім інший урок\n\n## Про погоду\n\nСьогодні йде дощ, а завтра буде сонце. '.repeat(6);

const FAULTS: readonly Fault[] = [
  { name: 'HTTP 400', ...refused(400, 'INVALID_ARGUMENT', 'BadRequest') },
  {
    name: 'HTTP 429, twice',
    of: 'review',
    reply: (count) => (count <= 2 ? rateLimited('30s') : null),
    expected: 'PASS_ON_REVIEW',
    calls: 3,
  },
  {
    name: 'HTTP 429, the quota of the day, once',
    of: 'review',
    reply: (count) => (count === 1 ? dailyQuota() : null),
    expected: 'PASS_ON_REVIEW',
    calls: 2,
  },
  {
    name: 'a review that cannot be read, twice',
    of: 'review',
    reply: () => ({ text: 'I had a look, and it is fine.' }),
    expected: 'ERROR BadRequest',
    calls: 2,
  },
  { name: 'a fix cut at the token limit', ...badFix({ text: block('CONTENT', OTHER), finishReason: 'MAX_TOKENS' }) },
  { name: 'a fix that was blocked', ...badFix({ finishReason: 'SAFETY' }) },
  { name: 'a prompt that was blocked', ...badFix({ blockReason: 'PROHIBITED_CONTENT' }) },
  { name: "another module's text", ...badFix({ text: block('CONTENT', OTHER) }) },
  { name: 'an empty fix', ...badFix({ text: '' }) },
  { name: 'a fix of 5 MB without the delimiters', ...badFix({ text: 'слово '.repeat(450_000) }) },
];

/** What concerns all modules: the task pauses, or waits for the provider; no module ends. */
const SHARED: readonly (readonly [name: string, reply: GeminiReply, expected: string])[] = [
  ['HTTP 400, the key is not valid', invalidKey(), 'paused: breaker'],
  ['HTTP 401', geminiError(401, 'UNAUTHENTICATED', 'no'), 'paused: breaker'],
  ['HTTP 402', geminiError(402, 'PAYMENT_REQUIRED', 'no'), 'paused: breaker'],
  ['HTTP 403', geminiError(403, 'PERMISSION_DENIED', 'no'), 'paused: breaker'],
  ['HTTP 404', geminiError(404, 'NOT_FOUND', 'models/x is not found'), 'paused: breaker'],
  ['HTTP 404 with HTML', { status: 404, body: '<html><h1>Not Found</h1></html>' }, 'paused: breaker'],
  ['HTTP 408', { status: 408, body: '' }, 'waiting: outage'],
  ['HTTP 429, a quota of none', geminiError(429, 'RESOURCE_EXHAUSTED', 'limit: 0, model: x'), 'paused: breaker'],
  ['HTTP 500', geminiError(500, 'INTERNAL', 'internal'), 'waiting: outage'],
  ['HTTP 502 with HTML', { status: 502, body: '<html><h1>Bad Gateway</h1></html>' }, 'waiting: outage'],
  ['HTTP 503', geminiError(503, 'UNAVAILABLE', 'overloaded'), 'waiting: outage'],
  ['HTTP 529', { status: 529, body: 'overloaded' }, 'waiting: outage'],
  ['HTTP 200, no body', { status: 200, body: '' }, 'waiting: outage'],
  ['HTTP 200, no JSON', { status: 200, body: '{"candidates": [' }, 'waiting: outage'],
  ['an answer cut in its middle', { text: 'a review', cutAfterBytes: 20 }, 'waiting: outage'],
];

/** What is not an answer at all: no server, no such host, an answer too late. */
const PLACES = [
  // Nobody may listen there without being root, and fetch does not forbid it.
  { name: 'connection refused', url: 'http://127.0.0.1:81' },
  // A name that is too long to be asked for: the lookup fails as it does for an unknown one, and nothing leaves the machine.
  { name: 'no such host', url: `http://${'x'.repeat(64)}.invalid` },
] as const;

const DOCUMENT = join(PACKAGE_ROOT, 'docs/failures.md');
const rows = new Map<string, string>();

let home: Home;
let server: GeminiServer;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

const classOf = ({ outcome, failure }: ModuleRecord): string => [outcome, failure].filter(Boolean).join(' ');

function note(name: string, what: string, calls: string, text: string): void {
  // Ports, folders, times and ids differ with each run.
  const detail = text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/(; \w+=… in ).*?(?=\. Give|$)/, '$1…')
    .replace(/; down since .*/, '; down since …')
    .replaceAll(/\b[a-z-]+-tiny-\S+/g, 'ID')
    .replace(/x{64}/, 'nowhere')
    // Systems have two words for it.
    .replace('EAI_AGAIN', 'ENOTFOUND')
    .replaceAll('|', '\\|')
    .replaceAll(/\s+/g, ' ');
  rows.set(name, `| ${name} | \`${what}\` | ${calls} | ${detail} |`);
}

/** What a task waits for or is paused for; null while it does something. */
function standing(record: TaskRecord | null): string | null {
  return record === null || record.wait === null ? null : `${record.status}: ${record.wait}`;
}

/** Starts a task of one module, and waits until it stands still; stops it then. */
async function standsStill(folder: string): Promise<TaskRecord> {
  const id = (await home.run(folder, ['fix-review', 'tiny', '1', '1', '-b', '--force'])).stdout.trim();
  await until(() => standing(recordOf(folder, id)) !== null, 60_000);
  const record = recordOf(folder, id);
  await home.run(folder, ['stop', id]);
  if (record === null) throw new Error('no record');
  return record;
}

function setUp(script: GeminiScript, url?: string): Promise<string> {
  return startGeminiServer(script).then((started) => {
    server = started;
    const env = { ...googleAt(server), ...(url !== undefined && { GOOGLE_GEMINI_BASE_URL: url }) };
    home = createHome({ ...env, BATCH_MANAGER_WAIT_SCALE: '0.001' });
    return tempWorkspace();
  });
}

const lesson = (folder: string, slug: string): string => readFileSync(join(folder, `tiny/${slug}.md`), 'utf8');
const slugOf = (index: number): string => `${String(index + 1).padStart(3, '0')}-module`;

test.skipIf(noTemporal !== undefined)(
  'each fault has its class, and no faulty text is applied',
  async () => {
    const think = thinkingScript(() => 0);
    const counts = new Map<string, number>();
    const folder = await setUp(async (request) => {
      const slug = /tiny\/(\d+-module)/.exec(request.prompt)?.[1] ?? '';
      const fault = FAULTS[Number.parseInt(slug, 10) - 1];
      const isFix = request.prompt.includes('===CONTENT_START===');
      if (fault === undefined) throw new Error(`no module in the prompt: ${request.prompt.slice(0, 200)}`);
      const good = (await think(request)) as GeminiReply;
      if (isFix === (fault.of === 'fix')) {
        const count = (counts.get(slug) ?? 0) + 1;
        counts.set(slug, count);
        return fault.reply(count) ?? good;
      }
      return fault.of === 'fix' ? { ...good, text: lowered(good.text ?? '') } : good;
    });
    tinyWorkspace(folder, FAULTS.length);
    const before = FAULTS.map((_, index) => lesson(folder, slugOf(index)));
    const { stdout } = await home.run(folder, ['fix-review', 'tiny', '1', String(FAULTS.length), '--json']);
    const { modules } = JSON.parse(stdout) as TaskRecord;
    const got = FAULTS.map(({ name }, index) => {
      const module = modules[slugOf(index)];
      if (module === undefined) throw new Error(`no module ${slugOf(index)}`);
      const calls = counts.get(slugOf(index)) ?? 0;
      note(name, classOf(module), String(calls), module.detail);
      return { name, expected: classOf(module), calls };
    });
    expect(got).toEqual(FAULTS.map(({ name, expected, calls }) => ({ name, expected, calls })));
    expect(FAULTS.map((_, index) => lesson(folder, slugOf(index)))).toEqual(before);
    expect(server.scriptErrors).toEqual([]);
  },
  180_000,
);

/** The review with a score that does not pass. */
function lowered(review: string): string {
  return review.replace(/\*\*Overall Score:\*\* [\d.]+/, '**Overall Score:** 6.0').replaceAll(/\bPASS\b/g, 'FAIL');
}

test.skipIf(noTemporal !== undefined)(
  'what concerns all modules pauses the task or has it wait, and ends no module',
  async () => {
    let reply: GeminiReply = {};
    const folder = await setUp(() => reply);
    tinyWorkspace(folder, 1);
    const got: string[][] = [];
    for (const [name, answer, expected] of SHARED) {
      reply = answer;
      const before = server.requests.length;
      const record = await standsStill(folder);
      got.push([name, standing(record) ?? '', JSON.stringify(record.counts)]);
      note(
        name,
        standing(record) ?? '',
        expected.startsWith('paused') ? String(server.requests.length - before) : '4',
        record.reason ?? '',
      );
    }
    expect(got).toEqual(SHARED.map(([name, , expected]) => [name, expected, '{}']));
  },
  240_000,
);

test.skipIf(noTemporal !== undefined).each(PLACES)(
  '$name',
  async ({ name, url }) => {
    const folder = await setUp(() => ({ hang: true }), url);
    tinyWorkspace(folder, 1);
    const record = await standsStill(folder);
    note(name, standing(record) ?? '', '4', record.reason ?? '');
    expect(standing(record)).toBe('waiting: outage');
  },
  120_000,
);

test.skipIf(noTemporal !== undefined)(
  'an answer after the time limit',
  async () => {
    const folder = await setUp(() => ({ hang: true }));
    tinyWorkspace(folder, 1);
    const { stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '1', '--json', '--module-timeout', '2s']);
    const module = (JSON.parse(stdout) as TaskRecord).modules['001-module'];
    if (module === undefined) throw new Error('no module');
    note('an answer after the time limit', classOf(module), '1', module.detail);
    expect(classOf(module)).toBe('TIMEOUT');
  },
  120_000,
);

test.skipIf(noTemporal !== undefined)('docs/failures.md has the table', async () => {
  const folder = await setUp(() => '');
  expect(folder).not.toBe('');
  const table = [
    '| fault | what becomes of the module, or of its task | calls | what the user reads |',
    '| - | - | - | - |',
    ...rows.values(),
  ];
  const text = readFileSync(DOCUMENT, 'utf8');
  const [head = ''] = text.split('<!-- table -->');
  const made = `${head}<!-- table -->\n\n${table.join('\n')}\n`;
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(DOCUMENT, made);
  const cells = (markdown: string): string[] =>
    markdown.split('\n').map((line) => line.replaceAll(/\s*\|\s*/g, '|').replaceAll(/-+/g, '-'));
  expect(cells(readFileSync(DOCUMENT, 'utf8'))).toEqual(cells(made));
});
