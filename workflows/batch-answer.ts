/** The answer of a person to a module that cannot pass. */
import type { BatchState } from './batch-state.ts';
import { ANSWER_UPDATE, type Answer, type AnswerRequest, type PlannedModule, type QueuedModule } from './contract.ts';
import { badRequest, handleMessage, isModuleName, unknownModule } from './messages.ts';
import { byText, isBy, isShort } from './steering.ts';

/** Longest note, in characters: it goes through history, and into a prompt. */
const NOTE = 500;

const VERDICTS: readonly unknown[] = ['accept', 'retry', 'skip'];

/** Registers the message; called before the first await. */
export function handleAnswer(state: BatchState): void {
  handleMessage<AnswerRequest>(state, {
    name: ANSWER_UPDATE,
    check: checkAnswer,
    act: (request) => answer(state, request),
    subject: ({ module }) => module,
  });
}

function checkAnswer(argument: unknown): asserts argument is AnswerRequest {
  const request = (argument ?? {}) as Record<string, unknown>;
  const isSaid = isShort(request, 'note', NOTE) && isBy(request);
  if (isModuleName(request['module']) && isSaid && VERDICTS.includes(request['answer'])) return;
  throw badRequest(
    `Give an object such as {"module": "06", "answer": "accept"}: the answer is accept, retry or skip, a note has at most ${NOTE} characters.`,
  );
}

async function answer(state: BatchState, request: AnswerRequest): Promise<Answer> {
  const { taskId } = state.input;
  const found = await state.steps.run('findModule', { taskId, module: request.module });
  if (found === null) throw unknownModule(taskId, request.module);
  const queued = state.asking.find(({ module }) => module.slug === found.slug);
  if (queued === undefined) return { changed: false, detail: `no change: ${standing(state, found)}` };
  state.unqueue(found.slug);
  state.question(found.slug, null);
  state.again.unshift(answered(queued, found, request));
  const { answer: verdict } = request;
  const text = `${found.slug}: ${verdict}${saidText(request)}`;
  await state.steps.run('logTask', { taskId, event: ANSWER_UPDATE, text });
  return { changed: true, detail: DETAILS[verdict] };
}

const DETAILS: Record<AnswerRequest['answer'], string> = {
  accept: 'taken as it is',
  retry: 'runs again, at the front',
  skip: 'skipped',
};

/** How the module goes on: to its end by the replies that are kept, or anew with what the person said. */
function answered(queued: QueuedModule, found: PlannedModule, request: AnswerRequest): QueuedModule {
  const { answer: verdict, note } = request;
  if (verdict === 'retry') {
    const module = { ...found, generation: found.generation + 1 };
    return { module, note: null, force: true, busyTries: 0, ...(note !== undefined && { personNote: note }) };
  }
  const word = verdict === 'accept' ? 'accepted' : 'skipped';
  return { ...queued, answer: { kind: verdict, text: `${word}${saidText(request)}` } };
}

const saidText = ({ by = '', note = '' }: AnswerRequest): string => byText({ by, reason: note });

function standing(state: BatchState, module: PlannedModule): string {
  const outcome = state.outcomeOf(module);
  if (outcome !== null) return `it had ended as ${outcome}`;
  return state.open.has(module.slug) ? 'it is running' : 'it asks nothing';
}
