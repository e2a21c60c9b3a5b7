import { DIMENSIONS, type Review } from '../../src/domain/review.ts';

/** A review as a model gives it by the schema; `changes` go over its fields. */
export function reviewObject(review: Pick<Review, 'score' | 'verdict'>, changes: Record<string, unknown> = {}): string {
  const dimensions = DIMENSIONS.map(({ name }, index) => [
    name.toLowerCase().replaceAll(' ', '_'),
    { evidence: `what was seen | in row ${index + 1}`, score: 9.5 },
  ]);
  return JSON.stringify({
    title: 'Урок про слова',
    summary: 'Добрий урок.\nУсе на місці.',
    dimensions: Object.fromEntries(dimensions),
    issues: [{ title: 'Помилка', location: 'lesson', original: 'слово', problem: 'відмінок', fix: 'слова' }],
    fix_plan: ['Виправити відмінок'],
    overall_score: review.score,
    status: review.verdict,
    reason: 'Бо так.',
    ...changes,
  });
}
