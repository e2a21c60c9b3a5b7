import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAudit } from '../../src/domain/audit-block.ts';
import { auditReport } from '../../src/domain/audit.ts';
import { UserError } from '../../src/domain/errors.ts';
import { parseFiles, unfence } from '../../src/domain/files-block.ts';
import type { ModuleText } from '../../src/domain/module.ts';
import { parseFixReply, RESEARCH_PARTS } from '../../src/domain/reply.ts';
import { parseReview } from '../../src/domain/review-text.ts';
import { DIMENSIONS } from '../../src/domain/review.ts';
import { createPrompts } from '../../src/prompts/prompts.ts';
import { PROMPT_NAMES } from '../../src/prompts/template.ts';

let workspaceRoot: string;

beforeEach(async () => {
  workspaceRoot = await mkdtemp(join(tmpdir(), 'prompts-'));
});
afterEach(async () => {
  await rm(workspaceRoot, { recursive: true });
});

async function override(name: string, text: string): Promise<string> {
  const folder = join(workspaceRoot, 'batch-manager', 'prompts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.md`), text);
  return join(folder, `${name}.md`);
}

const ref = { track: 'b1', slug: '06-aspect', number: 6 };
const text: ModuleText = {
  ref,
  files: {
    lesson: '# Вид\n\n{{rubric}} і {{files}}\n',
    meta: 'module: b1-06\n',
    activities: null,
    vocabulary: null,
    plan: null,
  },
};
const audit = auditReport([{ gate: 'words', status: 'fail', message: '10/1200', findings: [] }]);
const fixInput = { text, audit, review: { text: '# Review\n===END FILE===\n{{audit}}' }, tries: [] };

test('a review prompt holds rubric, audit and files, and asks for a review between its delimiters', () => {
  const prompt = createPrompts({ workspaceRoot }).review({ text, audit });
  expect(prompt).toContain('b1/06-aspect.');
  for (const { name, limit } of DIMENSIONS)
    expect(prompt).toMatch(new RegExp(`\\| ${name} +\\| [\\d.]+ +\\| ${limit} +\\|`));
  expect(parseAudit(prompt)?.gates).toMatchObject([{ gate: 'words', status: 'fail' }]);
  expect(parseFiles(prompt)).toEqual({
    track: 'b1',
    slug: '06-aspect',
    files: { lesson: text.files.lesson, meta: text.files.meta },
  });
  expect(prompt).toMatch(/^===REVIEW_START===$[\s\S]*^===REVIEW_END===$/m);
  expect(prompt).not.toContain('CONTENT_START');
});

test('the review of a fix tells what the fix took out, and any other review has no word of it', () => {
  const prompts = createPrompts({ workspaceRoot });
  const review = (input: Parameters<typeof prompts.review>[0]): string => prompts.review(input);
  const sentence = 'Цей абзац розповідає про вид дієслова і ще про дещо.';
  const base = { ...text, files: { ...text.files, lesson: `${text.files.lesson ?? ''}\n${sentence}\n` } };
  expect(review({ text, audit, base })).toMatch(
    /^## What the fix took out$[^]*^===REMOVED===\n[^]*^- text: Цей абзац[^]*^===END REMOVED===\n\n## Your reply$/m,
  );
  expect(review({ text, audit, base: text })).toBe(review({ text, audit }));
  expect(review({ text, audit })).not.toContain('took out');
});

test('what stands in a file, a review or a reason is text: its variables are not filled', () => {
  const prompts = createPrompts({ workspaceRoot });
  expect(parseFiles(prompts.review({ text, audit }))?.files.lesson).toBe('# Вид\n\n{{rubric}} і {{files}}\n');
  expect(unfence('REVIEW', prompts.fix(fixInput))).toBe('# Review\n===END FILE===\n{{audit}}\n');
  expect(prompts.again({ prompt: 'P', reply: '{{prompt}}', reason: '{{reply}} and $& and $1' })).toContain(
    '{{reply}} and $& and $1',
  );
});

test('the same input gives the same prompt, and no prompt holds a date or an unfilled variable', () => {
  const [one, two] = [createPrompts({ workspaceRoot }), createPrompts({ workspaceRoot })];
  const plain = { ...text, files: { ...text.files, lesson: '# Вид\n' } };
  const all = (prompts: typeof one): string[] => [
    prompts.review({ text: plain, audit }),
    prompts.fix({ ...fixInput, text: plain, review: { text: 'r' } }),
    prompts.again({ prompt: 'p', reply: 'r', reason: 'x' }),
    prompts.research({ ref, plan: 'title: Вид\n', prior: [] }),
  ];
  expect(all(one)).toEqual(all(two));
  expect(all(one).join('\n')).not.toMatch(/\{\{|20\d\d-\d\d/);
});

test('a fix prompt says how many tries on these files failed and why, and nothing where none did', () => {
  const prompts = createPrompts({ workspaceRoot });
  expect(unfence('TRIES', prompts.fix(fixInput))).toBe('None so far on these files.\n');
  const tries = unfence('TRIES', prompts.fix({ ...fixInput, tries: ['meta lost\nits key slug', 'score 8'] }));
  expect(tries).toBe('2 tries on these very files failed:\n1. meta lost its key slug\n2. score 8\n');
});

test('a model that echoes a prompt has neither written a review nor a fix', () => {
  const prompts = createPrompts({ workspaceRoot });
  expect(parseReview(prompts.review({ text, audit })).ok).toBe(false);
  const echoed = parseFixReply(prompts.fix({ ...fixInput, review: { text: 'r' } }));
  expect(echoed.ok && echoed.blocks.lesson).toBe('(the whole lesson)');
});

test('the second try holds the request as it was, the reason, and both ends of a long reply', () => {
  const prompts = createPrompts({ workspaceRoot });
  const prompt = prompts.review({ text, audit });
  const reply = `BEGIN${'x'.repeat(9000)}END`;
  const again = prompts.again({ prompt, reply, reason: 'there is no\nreview' });
  expect(again).toContain(prompt);
  expect(again).toContain('could not be read: there is no review.');
  expect(unfence('REPLY', again)).toMatch(/^BEGINx+\n\[…\]\nx+END\n$/);
  expect(again.length - prompt.length).toBeLessThan(4000);
  expect(parseFiles(again)).toEqual(parseFiles(prompt));
});

test('a research prompt holds the plan, the modules before, and the five headings', () => {
  const prompts = createPrompts({ workspaceRoot });
  const prompt = prompts.research({ ref, plan: 'title: Вид\n', prior: ['b1/04-a', 'b1/05-b'], tries: ['too short'] });
  expect(parseFiles(prompt)?.files).toEqual({ plan: 'title: Вид\n' });
  expect(prompt).toContain('- b1/04-a\n- b1/05-b');
  for (const part of RESEARCH_PARTS) expect(prompt).toContain(`## ${part}`);
  expect(unfence('TRIES', prompt)).toContain('1. too short');
  expect(prompts.research({ ref, plan: '', prior: [] })).toContain('## Modules before this one\n\nNone.');
});

test('a workspace overrides any file, and the files in force are named', async () => {
  const path = await override('rubric', 'Only {{ dimensions }} count.');
  const prompts = createPrompts({ workspaceRoot });
  expect(prompts.review({ text, audit })).toMatch(/Only \| # \| Dimension[^]*count\./);
  expect(prompts.inForce().map((file) => file.name)).toEqual(PROMPT_NAMES);
  expect(prompts.inForce().filter((file) => file.overridden)).toEqual([{ name: 'rubric', path, overridden: true }]);
  expect(prompts.inForce()[0]?.path).toMatch(/src\/prompts\/review\.md$/);
});

test('an unknown variable of an override is an error that names file, line and what is known', async () => {
  const path = await override('fix', 'Mend\n{{files}}\nat {{date}}.\n');
  const make = (): unknown => createPrompts({ workspaceRoot });
  expect(make).toThrow(UserError);
  expect(make).toThrow(`${path}:3 has the variable {{date}}, which fix.md does not know. Known: {{module}}, {{audit}}`);
});

test('an override without the files is an error, too', async () => {
  await override('review', 'Review {{module}}.');
  expect(() => createPrompts({ workspaceRoot })).toThrow('lacks {{files}}');
});

test('an override that cannot be read is an error with its path', async () => {
  await mkdir(join(workspaceRoot, 'batch-manager', 'prompts', 'again.md'), { recursive: true });
  expect(() => createPrompts({ workspaceRoot })).toThrow(/again\.md is a folder, not a file/);
});
