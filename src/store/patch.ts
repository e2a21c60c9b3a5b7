/** How long the comparison of two texts may take, ms, where nothing else is said: two with nothing in common take the longest. */
const DIFF_MS = 2000;

/** The difference of two texts of a file as a unified patch; null as text stands for no file. */
export async function patchText(
  path: string,
  before: string | null,
  after: string | null,
  ms = DIFF_MS,
): Promise<string> {
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
  const [a, b] = [before === null ? '/dev/null' : `a/${path}`, after === null ? '/dev/null' : `b/${path}`];
  const options = { timeout: ms, headerOptions: FILE_HEADERS_ONLY };
  const patch = createTwoFilesPatch(a, b, before ?? '', after ?? '', undefined, undefined, options);
  return patch ?? `--- ${a}\n+++ ${b}\n(too different to compare line by line)\n`;
}
