import type { Output } from 'ai';
import { record } from './retry-after.ts';
import { REVIEW_SCHEMA } from './review-object.ts';

type ReviewOutput = ReturnType<typeof Output.object<unknown>>;

let made: Promise<ReviewOutput> | undefined;

/**
 * Has the AI SDK ask for a review of the schema. It is not to read the answer: one of another form would be thrown away with an
 * error, and it was paid.
 */
export function reviewOutput(): Promise<ReviewOutput> {
  made ??= import('ai').then(({ jsonSchema, Output }) => ({
    ...Output.object<unknown>({ schema: jsonSchema(REVIEW_SCHEMA), name: 'review' }),
    parseCompleteOutput: ({ text }) => Promise.resolve(text),
  }));
  return made;
}

/** Whether a provider refused a request for the form that the answer was to have, and not for anything else in it. */
export function refusesSchema(error: unknown): boolean {
  const { name, statusCode, responseBody } = record(error);
  return (
    name === 'AI_APICallError' &&
    (statusCode === 400 || statusCode === 422) &&
    /schema|json.?mode|json_object|response.?(?:format|mime|schema)|structured.?output|output.?(?:format|config)/i.test(
      String(responseBody),
    )
  );
}
