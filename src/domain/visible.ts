/**
 * Text from outside (a review, a title, a file name, a provider's message) made harmless for a terminal: whatever a terminal
 * would obey, or would use to show other text than there is, becomes the code of that character, such as `\x1b` or `\u202e`.
 */

/** C0 without tab and newline, DEL, C1, bidi marks, embeddings, overrides and isolates, line and paragraph separators. */
const ACTIVE =
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g;

/** The same where JSON leaves them as they are. */
const ACTIVE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g;

/** Text of several lines. A carriage return stays where a newline follows: only a lone one overwrites its line. */
export function visibleText(text: string): string {
  return text.replace(ACTIVE, (character, at: number) =>
    character === '\r' && text[at + 1] === '\n' ? character : code(character),
  );
}

/** Text that must stay on one line, such as a table's cell: line ends and tabs become spaces. */
export function visibleLine(text: string): string {
  return visibleText(text.replace(/\s*[\r\n]+\s*|\t/g, ' '));
}

/** JSON that is safe to print: the same value, with the characters above as `\uXXXX`. */
export function visibleJson(json: string): string {
  return json.replace(ACTIVE_IN_JSON, (character) => `\\u${hex(character, 4)}`);
}

function code(character: string): string {
  return character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

const hex = (character: string, digits: number): string => character.charCodeAt(0).toString(16).padStart(digits, '0');
