/**
 * An agent CLI for tests: it reads its prompt from standard input and does what its first argument says. Each start is a line
 * in the file that AGENT_LOG names: pid, and length of the prompt.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const [mode = 'text', ...args] = process.argv.slice(2);
const prompt = mode === '--version' ? '' : await text(process.stdin);
const hash = createHash('sha256').update(prompt).digest('hex');
if (process.env.AGENT_LOG) appendFileSync(process.env.AGENT_LOG, `${process.pid} ${prompt.length} ${hash}\n`);

/** Keeps the process alive for good. */
const hang = () => new Promise(() => setInterval(() => undefined, 1000));

const MODES = {
  '--version': () => console.log('agent 1.2.3'),
  text: () => process.stdout.write(`${prompt.length} ${hash}`),
  json() {
    console.log('Loaded cached credentials.');
    const tokens = { input: 100, prompt: 140, candidates: 20, cached: 40, thoughts: 5 };
    const answer = { session_id: 's', response: `${prompt.length} ${hash}`, stats: { models: { m: { tokens } } } };
    console.log(JSON.stringify({ ...answer, stop_reason: args[0] ?? 'end_turn' }, null, 2));
  },
  seen() {
    const seen = { env: process.env, cwd: process.cwd(), files: readdirSync('.'), args };
    writeFileSync('written-by-the-agent', 'x');
    process.stdout.write(JSON.stringify(seen));
  },
  fail(code = '1', stderr = '', stdout = '') {
    process.stdout.write(stdout);
    process.stderr.write(stderr.replaceAll('KEY', process.env.AGENT_KEY ?? '').replaceAll('PROMPT', prompt));
    process.exitCode = Number(code);
  },
  echo() {
    process.stderr.write(`${prompt}\nsomething went wrong`);
    process.exitCode = 1;
  },
  hang,
  /** Ignores TERM, as do its child and grandchild; another child has a session of its own. */
  stubborn(seconds) {
    const script = `trap '' TERM; sleep ${seconds} & sleep ${seconds}; :`;
    process.on('SIGTERM', () => undefined);
    spawn('sh', ['-c', script], { stdio: 'inherit' });
    spawn('setsid', ['sh', '-c', script], { stdio: 'inherit' });
    return hang();
  },
  async flood(bytes) {
    const chunk = Buffer.alloc(64 * 1024, 'слово ');
    for (let sent = 0; sent < Number(bytes); sent += chunk.length) {
      if (!process.stdout.write(chunk)) await new Promise((drained) => process.stdout.once('drain', drained));
    }
  },
  garbage: () => process.stdout.write(Buffer.from([0, 255, 254, 0, 1, 2, 0xc3, 0x28, 0])),
  /** The shipped offline model behind a command: real replies to real prompts, after some ms. */
  async thinking(module, ms = '0') {
    const { createOfflineModel } = await import(module);
    const { signal } = new AbortController();
    const ask = prompt.includes('===CONTENT_START===') ? 'fix' : 'review';
    const model = createOfflineModel({ BATCH_MANAGER_OFFLINE_LATENCY_MS: '0' });
    await sleep(Number(ms));
    const reply = await model.ask({ ask, model: 'rules-1', prompt, signal });
    console.log(JSON.stringify({ response: reply.text, usage: { in: 1000, out: 100 } }));
  },
};

await MODES[mode](...args);
