/**
 * Lines by which a model leaves out what it was asked to write: `[rest unchanged]`, `// ... existing items`, `…пропущено…`.
 * Applied, such a line would stand in a lesson in the place of its text.
 */

/** The whole line says it, with or without marks around. */
const STATEMENTS = [
  /^(?:the )?(?:rest|remainder|remaining \w+)(?: of (?:the|this) \w+)?(?: is| are| remains?| stays?)? (?:unchanged|omitted|the same|as before|as is)$/i,
  /^(?:решта|інше|далі)(?: (?:тексту|файлу|уроку|змісту|вправ|розділів|модуля|матеріалу))?(?: —| -| залишається| лишається)? (?:без змін|незмінн\p{L}+|пропущено)$/iu,
  /^\S+ (?:sections?|items?|entries|activities) (?:unchanged|omitted)(?: for brevity)?$/i,
  // The words by which the shipped fix prompt names the place of a file.
  /^the whole (?:lesson|\w+ YAML)$/i,
];

/** Said within brackets, a comment or dots. */
const REMARKS = [
  /\b(?:unchanged|omitted|truncated|snipped|for brevity|same as (?:before|above)|rest of the|no changes)\b/i,
  /^(?:existing|previous|remaining)\b/i,
  /без змін|незмінн|пропущено|решта (?:тексту|файлу|уроку|змісту|вправ)|той самий текст/iu,
];

/** A sentence of a lesson can hold such words; a remark that stands for left-out text is short. */
const LONGEST_REMARK = 90;

/** The lines of a text that stand for left-out text, trimmed. */
export function placeholderLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(isPlaceholder);
}

function isPlaceholder(line: string): boolean {
  if (line.length === 0 || line.length > LONGEST_REMARK + 20) return false;
  const bare = line.replace(/^[-*>\s]+(?=\S)/, '');
  const words = bare.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  if (words.length > LONGEST_REMARK) return false;
  if (STATEMENTS.some((pattern) => pattern.test(words))) return true;
  return isMarked(bare) && REMARKS.some((pattern) => pattern.test(words));
}

/** Within brackets or a comment, or led in or out by dots. A markdown heading or list is no mark. */
function isMarked(line: string): boolean {
  return (
    /^(?:\[.*\]|\(.*\)|<!--.*-->|\{\/\*.*\*\/\}|\/\*.*\*\/)$/.test(line) ||
    /^(?:(?:#|\/\/|<!--)\s*)?(?:\.{3}|…|\[(?:\.{3}|…))/.test(line) ||
    /^\/\/\s/.test(line)
  );
}
