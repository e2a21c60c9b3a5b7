import { expect, test } from 'vitest';
import { checkResearch, extractReview, parseFixReply, parseResearchReply } from '../../src/domain/reply.ts';
import { ModelError } from '../../src/model/model.ts';
import { latencyOf, LATENCY_VARIABLE, meanLatency, pause } from '../../src/model/offline/latency.ts';
import { createOfflineModel } from '../../src/model/offline/offline.ts';
import { readRequest } from '../../src/model/offline/request.ts';
import { createPrompts } from '../../src/prompts/prompts.ts';
import { askOffline, audit, CLEAN, moduleText, promptFor, withSlips } from './offline-module.ts';

const prompts = createPrompts({ workspaceRoot: '/nonexistent' });
const ref = moduleText().ref;

test('the same prompt gets the same reply, byte for byte, with a finish reason and no tokens', async () => {
  const model = createOfflineModel({ [LATENCY_VARIABLE]: '0' });
  const request = {
    ask: 'review',
    model: 'rules-1',
    prompt: promptFor('review', moduleText()),
    signal: new AbortController().signal,
  } as const;
  const [one, two] = await Promise.all([model.ask(request), model.ask(request)]);
  expect(one).toEqual(two);
  expect(one.finishReason).toBe('stop');
  expect(one.usage).toEqual({ inputTokens: null, outputTokens: null, reasoningTokens: null, cachedInputTokens: null });
  expect(model.provider).toBe('offline');
});

test('the latency is that of the environment, 30 % about by the prompt, and the same for the same prompt', () => {
  expect(meanLatency({})).toBe(150);
  expect(meanLatency({ [LATENCY_VARIABLE]: '' })).toBe(150);
  expect(meanLatency({ [LATENCY_VARIABLE]: '20' })).toBe(20);
  for (const bad of ['fast', '-1', '1e99', 'NaN']) expect(meanLatency({ [LATENCY_VARIABLE]: bad })).toBeNull();
  const all = Array.from({ length: 200 }, (_, index) => latencyOf(`prompt ${index}`, 100));
  expect(Math.min(...all)).toBeGreaterThanOrEqual(70);
  expect(Math.max(...all)).toBeLessThanOrEqual(130);
  expect(new Set(all).size).toBeGreaterThan(190);
  expect(latencyOf('a', 100)).toBe(latencyOf('a', 100));
});

test('a call takes its latency', async () => {
  const prompt = promptFor('review', moduleText());
  const model = createOfflineModel({ [LATENCY_VARIABLE]: '80' });
  const started = performance.now();
  await model.ask({ ask: 'review', model: 'rules-1', prompt, signal: new AbortController().signal });
  expect(performance.now() - started).toBeGreaterThanOrEqual(latencyOf(prompt, 80) - 2);
});

test('an abort rejects the call at once with its reason, also where it came before', async () => {
  const model = createOfflineModel({ [LATENCY_VARIABLE]: '60000' });
  const request = { ask: 'fix', model: 'rules-1', prompt: promptFor('fix', moduleText()) } as const;
  const reason = new Error('Stopped');
  const controller = new AbortController();
  const call = model.ask({ ...request, signal: controller.signal });
  controller.abort(reason);
  const started = performance.now();
  await expect(call).rejects.toBe(reason);
  await expect(model.ask({ ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('a pause that ends leaves no listener on the signal', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
  await pause(1, signal);
  expect(listeners).toBe(0);
});

test('a latency that is no number is told by missing, and refused by a call', async () => {
  const model = createOfflineModel({ [LATENCY_VARIABLE]: 'fast' });
  expect(createOfflineModel({}).missing()).toBeNull();
  expect(model.missing()?.message).toBe(
    'BATCH_MANAGER_OFFLINE_LATENCY_MS is "fast". It wants milliseconds, 0 to 3600000: BATCH_MANAGER_OFFLINE_LATENCY_MS=150',
  );
  const call = model.ask({ ask: 'fix', model: 'rules-1', prompt: '', signal: new AbortController().signal });
  await expect(call).rejects.toMatchObject({ errorClass: 'setup' });
});

test('a prompt that shows no module is a bad request', async () => {
  await expect(askOffline('review', 'Review something.')).rejects.toBeInstanceOf(ModelError);
});

test('a prompt is read as a real model would: files with LF, gates, and the number of tries', () => {
  const text = moduleText({ lesson: '# A\r\n', plan: null });
  const report = audit({ words: 'fail' });
  const review = readRequest('review', promptFor('review', text, { audit: report }));
  expect(review).toMatchObject({
    ask: 'review',
    auditPassed: false,
    tries: 0,
    gates: [{ gate: 'words', status: 'fail' }],
  });
  expect(review?.view).toEqual({
    track: 'a1',
    slug: '04-my-home',
    files: { lesson: '# A\n', meta: CLEAN.meta, activities: CLEAN.activities, vocabulary: CLEAN.vocabulary },
  });
  expect(readRequest('fix', promptFor('fix', text, { tries: ['a'] }))?.tries).toBe(1);
  expect(readRequest('fix', promptFor('fix', text, { tries: ['a', '9 tries'] }))?.tries).toBe(2);
  expect(readRequest('fix', 'nothing')).toBeNull();
});

test('a second try is answered as what it was at first: a review, a fix, or research', async () => {
  const base = withSlips('lesson', ['## Кімнати', '##Кімнати']);
  const again = (prompt: string): Promise<string> =>
    askOffline('again', prompts.again({ prompt, reply: 'chatter about ===CONTENT_START===', reason: 'no review' }));
  const reviewPrompt = promptFor('review', base);
  expect(await again(reviewPrompt)).toBe(await askOffline('review', reviewPrompt));
  expect(extractReview(await again(reviewPrompt))).not.toBeNull();
  expect(parseFixReply(await again(promptFor('fix', base)))).toMatchObject({
    ok: true,
    blocks: { lesson: CLEAN.lesson.trimEnd() },
  });
  const research = await again(prompts.research({ ref, plan: CLEAN.plan, prior: [] }));
  expect(parseResearchReply(research)).toContain('## Хронологія');
});

const PLAN = `title: Олег та Ігор
objectives:
- Знати перших князів
content_outline:
- section: Вступ
  points: [Варязьке питання, Похід 907 року]
- section: Спадщина
  points: ['Міф: руський чи російський']
sources:
- {name: Договір 911, url: 'http://litopys.org.ua/x', type: primary, notes: переклад}
- {name: ЕСУ, type: reference}
`;

async function research(plan: string): Promise<string> {
  return parseResearchReply(await askOffline('research', prompts.research({ ref, plan, prior: ['a1/03-x'] })));
}

test('research puts the plan in order under the five headings, says that it looked nothing up, and passes its guards', async () => {
  const text = await research(PLAN);
  expect(checkResearch(text, 'stop')).toEqual([]);
  expect(text).toMatch(/^# Research Notes: Олег та Ігор\n/);
  expect(text).toContain('Written by the offline rule-based model (rules-1) from the plan alone: it looks nothing up.');
  const part = (name: string): string => text.split(`## ${name}\n\n`)[1]?.split('\n\n## ')[0] ?? '';
  expect(part('Основні факти')).toBe(
    '- Знати перших князів\n- **Вступ**: Варязьке питання; Похід 907 року\n- **Спадщина**: Міф: руський чи російський',
  );
  expect(part('Хронологія')).toBe('1. Похід 907 року');
  expect(part('Первинні джерела')).toBe('- [Договір 911](http://litopys.org.ua/x): переклад');
  expect(part('Деколонізаційні нотатки')).toBe('- Міф: руський чи російський');
  expect(part('Використані джерела')).toContain('- ЕСУ');
});

test.each(['', 'a: b: c', '- list', 'content_outline: 5\nsources: {}', 'content_outline:\n- section: Одна\n'])(
  'research from the plan "%s" passes the guards all the same',
  async (plan) => {
    expect(checkResearch(await research(plan), 'stop')).toEqual([]);
  },
);
