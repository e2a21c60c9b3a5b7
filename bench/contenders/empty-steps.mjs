// A worker of our workflows whose steps and calls do nothing: a review that fails, a fix, a review that passes.
import { serve } from './serve.mjs';

const gives = (value) => () => Promise.resolve(value);
const call = gives({ kind: 'reply', reply: 'key', ms: 0, cached: false });
const version = (round) => ({ hash: `h${round}`, auditPassed: round > 0, errors: 0, failing: [] });
const judged = { kind: 'judged', better: true, suspicious: false, reason: '', fixPrompt: 'prompt' };
/** Modules of each task. */
const totals = new Map();
const module = (index) => ({ index, track: 'b1', slug: `module-${index + 1}`, number: index + 1, generation: 0 });

await serve({
  audit: gives({ kind: 'audited', version: version(0), prompt: 'prompt' }),
  review: call,
  fix: call,
  stage: gives({ kind: 'staged', version: version(1), prompt: 'prompt', files: ['lesson'] }),
  judge: ({ round }) =>
    Promise.resolve({ ...judged, score: round === 0 ? 7 : 9.5, passed: round > 0, findings: `f${round}` }),
  apply: gives({ kind: 'applied', files: ['lesson'] }),
  finish: gives({ kind: 'finished' }),
  freezePlan: ({ taskId, selection: [[from, to]] }) => {
    totals.set(taskId, to - from + 1);
    return Promise.resolve({ total: to - from + 1 });
  },
  loadPage: ({ taskId, from, count }) => {
    const length = Math.min(count, totals.get(taskId) - from);
    return Promise.resolve(Array.from({ length }, (_, index) => module(from + index)));
  },
  checkModels: gives(undefined),
  setLimits: gives(undefined),
  closeGate: gives(undefined),
  recordTask: gives(undefined),
  logTask: ({ event, text }) => Promise.resolve({ event, text }),
  commit: gives(undefined),
});
