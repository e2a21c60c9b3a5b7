import { describe, expect, test } from 'vitest';
import { LEVELS, type LevelName } from '../../src/audit/levels.ts';
import { minimumItems, profileFor, type ProfileHints } from '../../src/audit/profile.ts';

const hints = (given: Partial<ProfileHints>): ProfileHints => ({ slug: null, level: null, kinds: [], ...given });

type Count = number | null;

/** Curriculum format, section 8: words, activities from and to, density, types, vocabulary, engagement. */
const TABLE_ROWS: readonly (readonly [LevelName, number, number, Count, number, Count, Count, Count])[] = [
  ['a1', 750, 8, null, 12, 4, 1, 3],
  ['a1-checkpoint', 500, 8, null, 10, 4, 1, 2],
  ['a2', 1000, 10, null, 12, 4, 1, 4],
  ['b1-bridge', 1200, 12, 16, 14, 5, 20, 4],
  ['b1-grammar', 1500, 8, 12, 12, 4, 25, 5],
  ['b1-vocabulary', 1500, 8, 12, 12, 4, 35, 5],
  ['b1-checkpoint', 1200, 10, null, 12, 4, 10, 3],
  ['b2', 1750, 10, null, 14, 4, 25, 6],
  ['b2-synthesis', 3000, 10, 14, 14, 4, 20, 4],
  ['b2-history', 4000, 3, 9, 1, 2, 20, 5],
  ['c1-biography', 4000, 3, 9, 1, 3, 24, 5],
  ['c1', 2000, 12, null, 12, 4, 25, 7],
  ['c2', 2000, 16, null, 18, null, null, null],
];

describe('the level of a module', () => {
  test.each<[string, number, Partial<ProfileHints>, string]>([
    ['a1', 3, {}, 'a1'],
    ['a1', 10, { slug: '10-checkpoint-first-contact' }, 'a1-checkpoint'],
    ['a2', 11, { slug: '11-checkpoint-cases' }, 'a2'],
    ['b1', 5, {}, 'b1-bridge'],
    ['b1', 6, {}, 'b1-grammar'],
    ['b1', 55, { kinds: ['Vocabulary'] }, 'b1-vocabulary'],
    ['b1', 15, { slug: '15-checkpoint-aspect-mastery' }, 'b1-checkpoint'],
    ['b1', 15, { kinds: ['checkpoint'] }, 'b1-checkpoint'],
    ['b2', 1, {}, 'b2'],
    ['b2', 9, { kinds: ['synthesis'] }, 'b2-synthesis'],
    ['b2-hist', 8, { kinds: ['synthesis'] }, 'b2-history'],
    ['c1-hist', 1, {}, 'b2-history'],
    ['lit', 1, {}, 'b2-history'],
    ['oes', 1, {}, 'b2-history'],
    ['ruth', 1, {}, 'b2-history'],
    ['c1-bio', 104, {}, 'c1-biography'],
    ['c1', 1, {}, 'c1'],
    ['c2', 1, {}, 'c2'],
    ['b2-pro', 1, {}, 'b2'],
    ['c1-pro', 1, {}, 'c1'],
    ['legal', 7, { level: 'C1' }, 'c1'],
    ['my-track', 7, { level: 'B2-HIST' }, 'b2-history'],
    ['my-track', 7, {}, 'b1-grammar'],
    ['constructor', 7, {}, 'b1-grammar'],
  ])('of %s %i with %o is %s', (track, number, given, name) => {
    expect(profileFor(track, number, hints(given)).name).toBe(name);
  });

  test.each(TABLE_ROWS)('%s has the numbers of the table', (name, ...numbers) => {
    const { words, activitiesMin, activitiesMax, density, uniqueTypes, vocabulary, engagement } = LEVELS[name];
    expect([words, activitiesMin, activitiesMax, density, uniqueTypes, vocabulary, engagement]).toEqual(numbers);
  });

  test('is in the table above, whichever it is', () => {
    expect(TABLE_ROWS.map(([name]) => name)).toEqual(Object.keys(LEVELS));
  });

  test('has its share of Ukrainian graduated by module', () => {
    expect(profileFor('b1', 10).immersion).toMatchObject({ min: 85, max: 100 });
    expect(profileFor('b1', 11).immersion).toMatchObject({ min: 90, max: 100 });
    expect(profileFor('b1', 6, hints({ kinds: ['vocabulary'] })).immersion).toMatchObject({ min: 85, max: 100 });
    expect(profileFor('b1', 10, hints({ kinds: ['checkpoint'] })).immersion).toBeNull();
    expect(profileFor('c1-bio', 1).immersion).toMatchObject({ min: 95, max: 100 });
    expect(profileFor('a1', 8).immersion).toMatchObject({ min: 15, max: 35 });
    expect(profileFor('a1', 10).immersion).toBeNull();
  });
});

describe('items that an activity needs', () => {
  test.each([
    ['b1', 'quiz', 8],
    ['b1', 'unjumble', 6],
    ['b1', 'cloze', 12],
    ['b2-hist', 'group-sort', 1],
    ['b2-hist', 'true-false', 8],
    ['b2-hist', 'essay-response', 1],
    ['c1-bio', 'quiz', 5],
    ['c1-bio', 'match-up', 6],
    ['c1-bio', 'mark-the-words', 6],
    ['b1', 'toString', 1],
  ])('in %s for %s are %i', (track, type, items) => {
    expect(minimumItems(profileFor(track, 20), type)).toBe(items);
  });
});

describe('overrides', () => {
  test('change the numbers that they name and leave the others', () => {
    const profile = profileFor('b1', 8, hints({}), { b1: { words: 900, 'activities-min': 2 } });
    expect(profile).toMatchObject({ words: 900, activitiesMin: 2, activitiesMax: 12 });
    expect(profileFor('b1', 8).words).toBe(1500);
  });

  test('for a level win over those for its track', () => {
    const overrides = { b1: { words: 900 }, 'b1-bridge': { words: 600 } };
    expect(profileFor('b1', 8, hints({}), overrides).words).toBe(900);
    expect(profileFor('b1', 2, hints({}), overrides).words).toBe(600);
  });

  test('name the level of a track that tells none, and numbers of that track and level count', () => {
    const overrides = { legal: { like: 'c1', engagement: 3 }, c1: { words: 1800 } } as const;
    const profile = profileFor('legal', 8, hints({ level: 'B2' }), overrides);
    expect(profile).toMatchObject({ name: 'c1', words: 1800, engagement: 3, activitiesMin: 12 });
  });

  test('set ranges, richness, types and items', () => {
    const profile = profileFor('b1', 30, hints({}), {
      b1: {
        'immersion-min': 80,
        richness: 70,
        'review-characters': 300,
        'priority-types': ['quiz'],
        'required-types': ['reading'],
        'item-minimums': { quiz: 4 },
      },
    });
    expect(profile).toMatchObject({
      immersion: { min: 80, max: 100 },
      richness: { profile: 'grammar', min: 70 },
      review: { tier: 2, characters: 300 },
      priorityTypes: ['quiz'],
      requiredTypes: ['reading'],
      requiredHints: 'none',
    });
    expect([minimumItems(profile, 'quiz'), minimumItems(profile, 'fill-in')]).toEqual([4, 8]);
    expect(profileFor('b1', 30, hints({}), { b1: { richness: 0 } }).richness).toBeNull();
  });

  test('for another track do nothing', () => {
    expect(profileFor('b1', 8, hints({}), { b2: { words: 1 } })).toEqual(profileFor('b1', 8));
  });
});
