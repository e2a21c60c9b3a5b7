/** How many columns of a terminal a text takes, and texts cut to columns. A stress mark takes none, an emoji two. */

let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each. Made at first use: that takes some milliseconds. */
const graphemes = (text: string): Intl.Segments =>
  (segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })).segment(text);

// oxlint-disable-next-line no-control-regex -- Latin and Cyrillic without combining marks, the usual case: one column each
const PLAIN = /^[\u0000-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f]*$/;

/** Marks and format characters that stand alone. */
const NARROWEST = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** East Asian wide and fullwidth characters, and what is drawn as an emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}\p{Regional_Indicator}]|\ufe0f/u;

/** What stands for the rest of a text that was cut. */
const ELLIPSIS = '…';

/** Columns of a text of one line. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment);
  return width;
}

/** The text, or as much of its start as fits into so many columns together with an ellipsis. */
export function cutText(text: string, columns: number): string {
  if (text.length <= columns && PLAIN.test(text)) return text;
  if (textWidth(text) <= columns) return text;
  let width = textWidth(ELLIPSIS);
  let kept = '';
  for (const { segment } of graphemes(text)) {
    width += graphemeWidth(segment);
    if (width > columns) break;
    kept += segment;
  }
  return `${kept}${ELLIPSIS}`;
}

/** The text with spaces up to so many columns. */
export const padText = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - textWidth(text)));

function graphemeWidth(grapheme: string): number {
  if (NARROWEST.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
