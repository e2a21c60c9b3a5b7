/**
 * A review score as people read it everywhere: one decimal, or two where it has them. It is never rounded up, so that 8.98
 * does not read as the 9.0 that would have passed.
 */
export function scoreText(score: number): string {
  const [, whole = '0', decimals = ''] = /^(\d+)(?:\.(\d{1,2}))?(?!.*e)/.exec(String(score)) ?? [];
  return `${whole}.${decimals.replace(/0$/, '') || '0'}`;
}
