/** A stretch this long that stands in the prompt too is taken for a quotation of it. */
const QUOTATION_LENGTH = 24;

/** Whether a line, its blanks single, quotes the prompt. */
export function quotes(line: string, prompt: string): boolean {
  const flat = prompt.replace(/\s+/g, ' ').trim();
  if (flat === '') return false;
  const length = Math.min(QUOTATION_LENGTH, flat.length);
  for (let start = 0; start + length <= line.length; start += 1) {
    if (flat.includes(line.slice(start, start + length))) return true;
  }
  return false;
}
