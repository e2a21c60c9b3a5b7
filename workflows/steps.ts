/**
 * How workflows run activities. Two rules, both measured (ARCHITECTURE.md):
 * 1. A short step is a local activity with one attempt and 2 s. While a local activity runs or retries, its workflow hears
 *    no cancel and no update; so whatever else than success or a final failure comes, the same function runs as an ordinary
 *    activity, which blocks nothing and shows in the Web UI as pending with its last failure.
 * 2. A model call is an ordinary activity with unlimited attempts: Temporal's attempts are for the death of a worker only.
 */
import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { BatchSteps, BatchWaits, CallInput, CallResult, ModelCalls, ModuleSteps } from './step-contract.ts';

const WAIT = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** A machine that was off for a night must not find its calls timed out: their own limit counts work, inside the activity. */
const CALL_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '30 days',
  heartbeatTimeout: '30s',
  cancellationType: WAIT,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
};

const STEP_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '2m',
  cancellationType: WAIT,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
};

type AnySteps = ModuleSteps & BatchSteps;

const localSteps = proxyLocalActivities<AnySteps>({
  startToCloseTimeout: '2s',
  cancellationType: WAIT,
  retry: { maximumAttempts: 1 },
});
const ordinarySteps = proxyActivities<AnySteps>(STEP_OPTIONS);

/** The ApplicationFailure inside an activity's failure, where there is one. */
export function applicationFailure(error: unknown): ApplicationFailure | undefined {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) return error.cause;
  return undefined;
}

export type StepName = keyof AnySteps;
export type StepInput<N extends StepName> = Parameters<AnySteps[N]>[0];
export type StepOutput<N extends StepName> = Awaited<ReturnType<AnySteps[N]>>;

/**
 * Runs a step by rule 1. `summary` is what the Web UI shows of the ordinary activity. A workflow that may have two under way
 * at a time runs them by a `StepQueue`.
 */
export async function step<N extends StepName>(
  name: N,
  input: StepInput<N>,
  summary: string = name,
): Promise<StepOutput<N>> {
  const local = await localStep(name, input);
  return local === FAILED ? ordinaryStep(name, input, summary) : local;
}

/** What a local step gives that is to be tried as an ordinary activity. */
export const FAILED = Symbol('failed');

/** The local activity of a step. @throws a cancel, and a final failure. */
export async function localStep<N extends StepName>(
  name: N,
  input: StepInput<N>,
): Promise<StepOutput<N> | typeof FAILED> {
  try {
    return await (localSteps[name] as (input: StepInput<N>) => Promise<StepOutput<N>>)(input);
  } catch (error) {
    if (isCancellation(error) || applicationFailure(error)?.nonRetryable === true) throw error;
    return FAILED;
  }
}

/** The same function as an ordinary activity. */
export function ordinaryStep<N extends StepName>(
  name: N,
  input: StepInput<N>,
  summary: string,
): Promise<StepOutput<N>> {
  const ordinary = ordinarySteps[name] as unknown as {
    executeWithOptions(options: ActivityOptions, args: [StepInput<N>]): Promise<StepOutput<N>>;
  };
  return ordinary.executeWithOptions({ ...STEP_OPTIONS, summary }, [input]);
}

const boundedSteps = proxyActivities<Pick<BatchSteps, 'recordTask'>>({
  ...STEP_OPTIONS,
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 2, initialInterval: '500ms' },
});

/** The last record of a task: a failure there must not keep the task open, `list` mends the record. */
export async function recordFinally(input: Parameters<BatchSteps['recordTask']>[0]): Promise<void> {
  try {
    await localSteps.recordTask(input);
  } catch {
    await boundedSteps.recordTask(input).catch(() => undefined);
  }
}

const calls = proxyActivities<ModelCalls>(CALL_OPTIONS);

/** Asks the model; the summary is the step's name in the Web UI, `review r1`. */
export function callModel(ask: 'review' | 'fix' | 'research', input: CallInput): Promise<CallResult> {
  return calls[ask].executeWithOptions({ ...CALL_OPTIONS, summary: `${ask} r${input.round}` }, [input]);
}

/** Runs the configured audit command on a version; its result is kept for the audit step. */
export const runAuditCommand = calls.auditCommand;

/** Waits, as one activity for all modules, until one that another task holds is free. */
export const { awaitFree } = proxyActivities<BatchWaits>({
  ...CALL_OPTIONS,
  startToCloseTimeout: '5m',
  // It touches nothing: a stop need not wait for its next heartbeat.
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});
