/**
 * Text made equal for comparing, never for writing: composed letters (macOS and PDFs give й as и with a breve), no stress
 * marks, no unseen characters, lower case, and one blank for whatever is no letter or digit.
 */
export function comparable(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
