import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { auditModule } from '../../src/audit/audit.ts';
import { createAuditThread, type AuditThread } from '../../src/audit/thread.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { tempFolder } from '../helpers/temp.ts';
import { moduleText, TABLE, words } from './texts.ts';

const DIST = pathToFileURL(join(PACKAGE_ROOT, 'dist/src/audit/')).href;

function thread(entry?: URL): AuditThread {
  const made = entry === undefined ? createAuditThread() : createAuditThread(entry);
  onTestFinished(() => made.close());
  return made;
}

/** An entry of our own, for threads that end badly. It gets `request` and may `post` an answer. */
function entry(body: string): URL {
  const file = join(tempFolder(), 'entry.mjs');
  const head = `import { parentPort } from 'node:worker_threads';\nconst post = (answer) => parentPort.postMessage(answer);\n`;
  writeFileSync(file, `${head}parentPort.on('message', (request) => { ${body} });`);
  return pathToFileURL(file);
}

const slug = (name: string): ReturnType<typeof moduleText> => moduleText({}, { slug: name });

test('the thread gives the very report of the audit', async () => {
  const text = moduleText({ lesson: `# Назва\n\n${words(1400)}\n`, meta: 'word_target: 1450', activities: 'a: [' });
  const options = { overrides: { b1: { vocabulary: 3 } }, wordTarget: 'plan' } as const;
  expect(await thread().audit(text, options)).toEqual(auditModule(text, options));
});

test('many audits at once get each its own report', async () => {
  const audits = thread();
  const counts = Array.from({ length: 50 }, (_, index) => index * 31);
  const reports = await Promise.all(counts.map((count) => audits.audit(moduleText({ lesson: words(count) }), TABLE)));
  const messages = reports.map((report) => report.gates.find(({ gate }) => gate === 'words')?.message.split('/')[0]);
  expect(messages).toEqual(counts.map(String));
});

test('the event loop goes on while a huge lesson is audited', async () => {
  const audits = thread();
  await audits.audit(moduleText({}), TABLE);
  const running = audits.audit(moduleText({ lesson: `${words(200_000)}\n`.repeat(4) }), TABLE);
  // On this thread it would have no turn at all until the report is there.
  expect(await turnsUntil(running)).toBeGreaterThanOrEqual(5);
});

/** Turns of the event loop until a promise is settled, one in 5 ms at most. */
async function turnsUntil(promise: Promise<unknown>): Promise<number> {
  const settled = new AbortController();
  void promise.finally(() => settled.abort());
  let turns = 0;
  for (; !settled.signal.aborted; turns += 1) await sleep(5);
  return turns;
}

test('a thread that dies takes only the module that it was at, and another one goes on', async () => {
  const dying = thread(
    entry(`if (request.asked.text.ref.slug === 'bad') process.exit(7);
           setTimeout(() => post({ id: request.id, answer: { passed: true, gates: [] } }), 20);`),
  );
  const results = await Promise.allSettled(
    ['one', 'bad', 'two', 'three'].map((name) => dying.audit(slug(name), TABLE)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(results[1]).toMatchObject({
    reason: { type: 'AuditCrashed', retryable: false, message: 'the audit of b1/bad crashed: exit code 7' },
  });
});

test('an error that is thrown in the thread is told', async () => {
  const dying = thread(entry(`throw new Error('no good');`));
  await expect(dying.audit(slug('bad'), TABLE)).rejects.toMatchObject({
    type: 'AuditCrashed',
    message: 'the audit of b1/bad crashed: no good',
  });
});

test('a thread that runs out of memory is told of and replaced', async () => {
  const hungry = thread(
    entry(`if (request.asked.text.ref.slug === 'bad') { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); }
           post({ id: request.id, answer: { passed: true, gates: [] } });`),
  );
  const [bad, good] = await Promise.allSettled([hungry.audit(slug('bad'), TABLE), hungry.audit(slug('good'), TABLE)]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { type: 'AuditCrashed' } });
  expect(good?.status).toBe('fulfilled');
});

test('an entry that is not there is told of', async () => {
  const none = thread(pathToFileURL('/no/such/entry.js'));
  await expect(none.audit(slug('x'), TABLE)).rejects.toMatchObject({ type: 'AuditCrashed' });
});

test('closing rejects what is asked for and what is asked afterwards, as worth another try', async () => {
  const silent = thread(entry(''));
  const asked = ['one', 'two'].map((name) => silent.audit(slug(name), TABLE));
  const results = Promise.allSettled(asked);
  await silent.close();
  await silent.close();
  for (const result of await results)
    expect(result).toMatchObject({ reason: { type: 'AuditCrashed', retryable: true } });
  await expect(silent.audit(slug('late'), TABLE)).rejects.toMatchObject({ type: 'AuditCrashed' });
});

test('a thread keeps the process alive while it works, and not without work', () => {
  const script = `
    const { createAuditThread } = await import('${DIST}thread.js');
    const files = { lesson: '# A', meta: null, activities: null, vocabulary: null, plan: null };
    const text = { ref: { track: 'b1', slug: 'x', number: 9 }, files };
    const audits = createAuditThread();
    const audit = () => audits.audit(text, { overrides: {}, wordTarget: 'plan' });
    const first = await audit();
    // Idle for a turn, so that the second one meets a thread that keeps nothing alive.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await audit();
    console.log(first.gates.length === second.gates.length, second.passed);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'true false\n', stderr: '' });
});
