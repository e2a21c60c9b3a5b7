import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { applyLineEnds, checkFix, isUnchanged } from '../../src/domain/guards.ts';
import { FIXABLE_KINDS, type FixableKind, type ModuleText } from '../../src/domain/module.ts';
import { extractReview, parseFixReply } from '../../src/domain/reply.ts';
import { parseReview } from '../../src/domain/review-text.ts';
import { readYaml } from '../../src/model/offline/yaml/read.ts';
import { readSample, samplesAbsent, SKIP_REASON } from '../domain/real-samples.ts';
import { askOffline, audit, promptFor } from './offline-module.ts';

const MODULES = [
  'b1/02-language-about-verbs',
  'b1/06-aspect-complete-system',
  'b1/07-aspect-past-single-repeated',
  'b1/08-aspect-past-result-process',
  'b1/09-aspect-future',
  'b1/10-aspect-negation',
  'b2-hist/oleh-ihor',
  'b2-hist/syntez-vytoky-1',
  'c1-bio/yuriy-kondratiuk',
];

function realModule(key: string): ModuleText {
  const [track = '', slug = ''] = key.split('/');
  const sidecar = (kind: string): string | null => readSample(`${track}/${kind}/${slug}.yaml`);
  const files = {
    lesson: readSample(`${track}/${slug}.md`),
    meta: sidecar('meta'),
    activities: sidecar('activities'),
    vocabulary: sidecar('vocabulary'),
    plan: readSample(`plans/${track}/${slug}.yaml`),
  };
  return { ref: { track, slug, number: 1 }, files };
}

async function score(text: ModuleText): Promise<number> {
  const reply = await askOffline('review', promptFor('review', text, { audit: audit({ words: 'warn' }) }));
  const parsed = parseReview(extractReview(reply) ?? '');
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.review.score;
}

/** One round: the fix's guards are asserted; null where it changes nothing. */
async function round(base: ModuleText): Promise<ModuleText | null> {
  const reply = parseFixReply(await askOffline('fix', promptFor('fix', base)));
  if (!reply.ok) throw new Error(reply.reason);
  if (isUnchanged(base, reply.blocks)) return null;
  const yamlError = (_: FixableKind, text: string): string | null => parseDocument(text).errors[0]?.message ?? null;
  expect(checkFix({ base, blocks: reply.blocks, yamlError })).toEqual([]);
  const files = Object.entries(reply.blocks).map(([kind, block]) => [
    kind,
    applyLineEnds(base.files[kind as FixableKind], block),
  ]);
  return { ...base, files: { ...base.files, ...Object.fromEntries(files) } };
}

test.for(MODULES)(
  'real module %s: every review is read, every fix passes the guards and scores higher, until nothing is left',
  async (key, { skip }) => {
    skip(samplesAbsent, SKIP_REASON);
    let text = realModule(key);
    let before = await score(text);
    for (let rounds = 0; ; rounds += 1) {
      const next = await round(text);
      if (next === null) break;
      const after = await score(next);
      expect(after).toBeGreaterThan(before);
      expect(rounds).toBeLessThan(6);
      [text, before] = [next, after];
    }
  },
);

test('mending real YAML keeps its meaning but for what was mended, and all lines that no rule touched', async ({
  skip,
}) => {
  skip(samplesAbsent, SKIP_REASON);
  const base = realModule('b1/09-aspect-future');
  const next = await round(base);
  const [old, now] = [base.files.activities ?? '', next?.files.activities ?? ''];
  const changed = now.split('\n').filter((line, index) => line !== old.split('\n')[index]);
  expect(changed.length).toBeGreaterThan(0);
  for (const line of changed) expect(line).toMatch(/^ {2}- source: /);
  expect(readYaml(now).ok).toBe(true);
});

test('a module that lacks files is reviewed, and so is one that is there in name only', async ({ skip }) => {
  skip(samplesAbsent, SKIP_REASON);
  const stub = realModule('c1-bio/yuriy-kondratiuk');
  expect(FIXABLE_KINDS.filter((kind) => stub.files[kind] !== null)).toEqual(['meta']);
  expect(await score(stub)).toBeGreaterThan(0);
  const none = { lesson: null, meta: null, activities: null, vocabulary: null, plan: null };
  expect(await score({ ...stub, files: none })).toBeGreaterThan(0);
});
