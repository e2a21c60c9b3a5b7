import { usageError } from '../domain/errors.ts';

/** The prompt files, and the variables that each may name. */
export const PROMPT_VARIABLES = {
  review: ['module', 'rubric', 'audit', 'files', 'removed'],
  fix: ['module', 'audit', 'review', 'tries', 'files'],
  again: ['prompt', 'reply', 'reason'],
  research: ['module', 'plan', 'prior', 'tries', 'headings'],
  rubric: ['dimensions'],
} as const;

export type PromptName = keyof typeof PROMPT_VARIABLES;
export const PROMPT_NAMES = Object.keys(PROMPT_VARIABLES) as readonly PromptName[];

/** Variables without which a prompt would ask about nothing. */
const REQUIRED: Readonly<Record<PromptName, readonly string[]>> = {
  review: ['files'],
  fix: ['files'],
  again: ['prompt'],
  research: ['plan'],
  rubric: [],
};

const VARIABLE = /\{\{([^{}\n]*)\}\}/g;

/**
 * Refuses a prompt file that names an unknown variable, or lacks one it cannot do without.
 * @throws UserError (usage) that names the file, the line and the variables that there are.
 */
export function checkTemplate(name: PromptName, path: string, text: string): void {
  const known: readonly string[] = PROMPT_VARIABLES[name];
  const used = new Set<string>();
  for (const match of text.matchAll(VARIABLE)) {
    const variable = (match[1] ?? '').trim();
    used.add(variable);
    if (known.includes(variable)) continue;
    const line = text.slice(0, match.index).split('\n').length;
    throw usageError(
      `${path}:${line} has the variable ${match[0]}, which ${name}.md does not know. ` +
        `Known: ${known.map((other) => `{{${other}}}`).join(', ')}. Mend the line, or remove the file to use the shipped prompt.`,
    );
  }
  const lacking = REQUIRED[name].find((variable) => !used.has(variable));
  if (lacking === undefined) return;
  throw usageError(
    `${path} lacks {{${lacking}}}, without which the model does not see what it is asked about. ` +
      `Add it, or remove the file to use the shipped prompt.`,
  );
}

/** Fills a template in one pass: what a value holds is text, never a variable. */
export function fillTemplate<N extends PromptName>(
  text: string,
  values: Readonly<Record<(typeof PROMPT_VARIABLES)[N][number], string>>,
): string {
  const known = new Map(Object.entries<string>(values));
  return text.replace(VARIABLE, (whole, variable: string) => known.get(variable.trim()) ?? whole);
}
