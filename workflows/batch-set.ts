/** The update that changes a running task's settings: absolute values, from the next call on, over every restart. */
import { modelsToPrice } from '../src/domain/price-text.ts';
import { changedSettings, LIVE_SETTINGS, MAX_CONCURRENCY, type SetSettings } from '../src/domain/settings.ts';
import { startWaiting } from './batch-parked.ts';
import type { BatchState } from './batch-state.ts';
import { SET_UPDATE, type Answer, type TaskChanges } from './contract.ts';
import { badRequest, handleMessage } from './messages.ts';
import { sendLimits } from './send-limits.ts';
import { byText, checkSteering } from './steering.ts';

/** Registers the handler; called before the first await, so that no update finds none. */
export function handleSet(state: BatchState): void {
  handleMessage<TaskChanges>(state, {
    name: SET_UPDATE,
    check: checkChanges,
    act: (changes) => set(state, changes),
    subject: () => '',
  });
}

const isNumber = (min: number, max: number) => (value: unknown) =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
const isWhole = (min: number, max: number) => (value: unknown) => Number.isInteger(value) && isNumber(min, max)(value);
const isModel = (value: unknown): boolean => typeof value === 'string' && /^[^/]+\/.+$/.test(value);

/** What each setting may be, and how a person is told. */
const CHECKS: Record<keyof SetSettings, readonly [check: (value: unknown) => boolean, wanted: string]> = {
  concurrency: [isWhole(1, MAX_CONCURRENCY), `1-${MAX_CONCURRENCY}`],
  budgetUsd: [isNumber(0, Number.MAX_VALUE), '0 or more'],
  moduleBudgetUsd: [isNumber(0, Number.MAX_VALUE), '0 or more'],
  model: [isModel, 'provider/model'],
  reviewModel: [isModel, 'provider/model'],
  maxRounds: [isWhole(0, 20), '0-20'],
  passScore: [isNumber(0, 10), '0-10'],
};

function checkChanges(changes: unknown): asserts changes is TaskChanges {
  checkSteering(changes);
  const given = changes as Record<string, unknown>;
  const wrong = LIVE_SETTINGS.find((name) => given[name] !== undefined && !CHECKS[name][0](given[name]));
  if (wrong !== undefined)
    throw badRequest(`Set ${wrong} to ${CHECKS[wrong][1]}, not to ${JSON.stringify(given[wrong])}.`);
}

/** How the settings are called, and their values, for people. */
const WORDS: Record<keyof SetSettings, string> = {
  concurrency: 'concurrency',
  budgetUsd: 'budget',
  moduleBudgetUsd: 'module budget',
  model: 'model',
  reviewModel: 'review model',
  maxRounds: 'max rounds',
  passScore: 'pass score',
};

function valueText(name: keyof SetSettings, value: string | number): string {
  if (name !== 'budgetUsd' && name !== 'moduleBudgetUsd') return String(value);
  return value === 0 ? 'no limit' : `$${value}`;
}

/** A budget that is set again has modules look again that wait for money: a price may have been added meanwhile. */
function unchanged(state: BatchState, changes: TaskChanges): Answer {
  if (changes.budgetUsd === undefined || state.short.length === 0) return { changed: false, detail: 'no change' };
  state.again.unshift(...state.short.splice(0));
  return { changed: false, detail: 'no change; it looks again whether the money reaches' };
}

async function set(state: BatchState, changes: TaskChanges): Promise<Answer> {
  const before = state.live;
  const after = changedSettings(before, changes);
  const changed = LIVE_SETTINGS.filter((name) => after[name] !== before[name]);
  if (changed.length === 0) {
    // A model of reviews that is named as it is stays from now on.
    state.live = after;
    return unchanged(state, changes);
  }
  const isOther = (...names: (keyof SetSettings)[]): boolean => names.some((name) => changed.includes(name));
  const models = [...new Set([isOther('model') && after.model, isOther('reviewModel') && after.reviewModel])].filter(
    (name) => name !== false,
  );
  const isAboutMoney = isOther('model', 'reviewModel', 'budgetUsd', 'moduleBudgetUsd');
  const priced = isAboutMoney ? modelsToPrice(state.input.operation, { ...state.settings, ...after }) : [];
  if (models.length > 0 || priced.length > 0) await state.steps.run('checkModels', { models, priced });
  // What another message changed meanwhile stays.
  state.live = changedSettings(state.live, changes);
  const detail = changed
    .map((name) => `${WORDS[name]} ${valueText(name, before[name])} to ${valueText(name, after[name])}`)
    .join(', ');
  await sendLimits(state);
  const text = `${detail}${byText(changes)}`;
  await state.steps.run('logTask', { taskId: state.input.taskId, event: SET_UPDATE, text });
  if (isAboutMoney) state.again.unshift(...state.short.splice(0));
  if (isOther('model', 'reviewModel', 'maxRounds', 'passScore', 'moduleBudgetUsd'))
    for (const open of state.open.values()) open.sendSettings();
  if (isOther('model', 'reviewModel')) await leaveTheOldModel(state);
  return { changed: true, detail };
}

/** Modules that wait for the old model need not wait any more: those parked for it, and calls at its gate. */
async function leaveTheOldModel(state: BatchState): Promise<void> {
  startWaiting(state);
  await state.steps.run('turnBack', { taskId: state.input.taskId });
}
