/** Variables by which the audit command may have its values; the script of an `sh -c` has them so and only so. */
export const VALUE_VARIABLES = {
  file: 'BATCH_MANAGER_FILE',
  track: 'BATCH_MANAGER_TRACK',
  slug: 'BATCH_MANAGER_SLUG',
  root: 'BATCH_MANAGER_ROOT',
} as const;

type Quote = 'none' | 'single' | 'double';

/**
 * A shell script with its placeholders as variables, quoted as their place in the script needs it: a file name with blanks
 * stays one word, and one with `$(…)` or quotes in it is never read as script.
 */
export function shellScript(script: string): string {
  let quote: Quote = 'none';
  return script.replace(
    /\\[^]|'|"|\{(file|track|slug|root)\}/g,
    (text, name: keyof typeof VALUE_VARIABLES | undefined) => {
      if (name !== undefined) return quotedVariable(VALUE_VARIABLES[name], quote);
      const [result, next] = afterMark(text, quote);
      quote = next;
      return result;
    },
  );
}

function quotedVariable(name: string, quote: Quote): string {
  if (quote === 'double') return `\${${name}}`;
  return quote === 'single' ? `'"\${${name}}"'` : `"\${${name}}"`;
}

/** The mark as it stands, and the quoting behind it. A backslash says nothing within single quotes, so what follows it counts. */
function afterMark(mark: string, quote: Quote): readonly [text: string, quote: Quote] {
  if (mark.startsWith('\\')) return [mark, quote === 'single' && mark.endsWith("'") ? 'none' : quote];
  if (mark === "'" && quote !== 'double') return [mark, quote === 'single' ? 'none' : 'single'];
  if (mark === '"' && quote !== 'single') return [mark, quote === 'double' ? 'none' : 'double'];
  return [mark, quote];
}
