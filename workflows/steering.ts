import type { Steering } from './contract.ts';
import { badRequest } from './messages.ts';

/** Longest reason, in characters. */
const REASON = 200;

/** Longest name of who asks, in characters. */
const BY = 100;

/** Refuses what says neither who nor why in short. */
export function checkSteering(argument: unknown): asserts argument is Steering {
  const isObject = typeof argument === 'object' && argument !== null;
  if (isObject && isBy(argument) && isShort(argument, 'reason', REASON)) return;
  throw badRequest(
    `Give an object such as {"reason": "a word on why"}, with a reason of at most ${REASON} characters.`,
  );
}

/** Whether `by` is a name, or left out. */
export const isBy = (argument: object): boolean => isShort(argument, 'by', BY);

/** Whether a key holds a text of at most so many characters, or is left out. */
export function isShort(argument: object, key: string, length: number): boolean {
  const value = (argument as Record<string, unknown>)[key];
  return value === undefined || (typeof value === 'string' && value.length <= length);
}

/** ` by anna@laptop (rate limits)`; nothing of what is not known. */
export function byText({ by = '', reason = '' }: Steering): string {
  return `${by === '' ? '' : ` by ${by}`}${reason === '' ? '' : ` (${reason})`}`;
}
