/** How a batch takes a message: as an update, which is answered, and as a signal of the same name, for the Web UI. */
import { ApplicationFailure, defineSignal, defineUpdate, isCancellation, setHandler } from '@temporalio/workflow';
import { ignoredSignalText, signalText } from '../src/domain/log-texts.ts';
import { answerOnce } from './answer-once.ts';
import type { BatchState } from './batch-state.ts';
import { UNKNOWN_MODULE, type Answer } from './contract.ts';

/** A message with its check; `check` throws BadRequest and changes nothing. */
export interface Message<T> {
  readonly name: string;
  check(argument: unknown): asserts argument is T;
  act(argument: T): Promise<Answer>;
  /** What the log calls the argument of a signal; nothing where it says all by itself. */
  subject(argument: T): string;
}

/** Registers a message; called before the first await, so that none finds no handler. */
export function handleMessage<T>(state: BatchState, message: Message<T>): void {
  const { name } = message;
  const check: Message<T>['check'] = message.check.bind(message);
  setHandler(
    defineUpdate<Answer, [T]>(name),
    (argument) => answerOnce(state, () => message.act(argument)),
    // A person sends a signal or an update by hand without any argument.
    { validator: (argument) => check(argument) },
  );
  setHandler(defineSignal<[T]>(name), (argument) => answerSignal(state, message, argument));
}

/** A signal has no answer: what became of it goes to the log, and one that is not valid changes nothing. */
async function answerSignal<T>(state: BatchState, message: Message<T>, argument: unknown): Promise<void> {
  const { taskId } = state.input;
  const { name: event } = message;
  const check: Message<T>['check'] = message.check.bind(message);
  try {
    check(argument);
    const answer = await message.act(argument);
    const subject = message.subject(argument);
    await state.steps.run('logTask', { taskId, event, text: signalText(subject, answer.detail) });
  } catch (error) {
    if (isCancellation(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    await state.steps.run('logTask', { taskId, event, text: ignoredSignalText(reason) });
  }
}

/** Whether an argument can name a module: its slug or its number. */
export const isModuleName = (name: unknown): name is string =>
  typeof name === 'string' && name.length > 0 && name.length <= 300;

/** What refuses a message about a module that the task does not have. */
export const unknownModule = (taskId: string, module: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`Task ${taskId} has no module "${module}".`, UNKNOWN_MODULE);

/** What refuses a message. */
export const badRequest = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'BadRequest');
