import { describe, expect, test } from 'vitest';
import { readLesson } from '../../src/audit/lesson.ts';
import { richnessCounts } from '../../src/audit/richness-counts.ts';
import { RICHNESS, type RichnessCount } from '../../src/audit/richness-profiles.ts';
import { richnessOf } from '../../src/audit/richness.ts';
import { gateOf, moduleText } from './texts.ts';

const count = (name: RichnessCount, lesson: string): number | undefined =>
  richnessCounts(readLesson(lesson), [name])[0];

/** Curriculum format, section 9: percents, rounded. */
const PERCENTS = {
  grammar: [20, 15, 15, 10, 10, 10, 5, 5, 5, 5],
  history: [24, 14, 14, 14, 10, 10, 5, 5, 5],
  biography: [19, 14, 14, 10, 10, 10, 10, 5, 5, 5],
};

describe('richness', () => {
  test.each(['grammar', 'history', 'biography'] as const)('weighs %s as the curriculum does', (name) => {
    const { rows } = richnessOf(readLesson(''), name);
    expect(rows.map(({ weight }) => Math.round(weight))).toEqual(PERCENTS[name]);
    expect(rows.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(100, 6);
    expect(rows.map(({ count: of }) => of)).toEqual(RICHNESS[name].map(({ count: of }) => of));
  });

  test.each<[RichnessCount, string, number]>([
    ['examples', '- _Я читав_ довго\n- слово\n\nтекст _так_\n\n❌ ні\n> «так воно є»', 3],
    ['engagement', '> 💡 так\n\n> [!example] ні', 1],
    ['dialogues', '**Оля:** Так?\n\n**Ігор:** Так.\n\nСлово.\n\n**А:** раз\n\nтекст\n\n**Б:** два', 1],
    ['dialogues', '> **Оля:** Так?\n>\n> **Ігор**: Ні.', 1],
    ['cultural', 'Це традиція.\n\nУ Києві\n\nслово', 2],
    ['realworld', 'Щоденне життя.\n\nслово', 1],
    ['visual', '| а |\n| б |\n\n![так](a.png)\n\n> так\n> ще\n\n```\nsvg\n```', 4],
    ['questions', 'Так? Ні? [a](http://x.org/?q=1)', 2],
    ['proverbs', "Є прислів'я.", 1],
    ['proverbs', 'Кажуть: "Зробив діло — гуляй сміло".', 1],
    ['timeline_markers', 'У 988 році, 1991, XI століття, ХХ ст., (882), 300 гривень, 50%', 5],
    ['decolonization', 'Імперський міф.\n\nслово', 1],
    [
      'primary_sources',
      '## Договір 911 року\n\n> [!quote]\n> слово\n\n> «Ми, від роду руського, послані від Олега»',
      3,
    ],
    ['quotes', 'Вона казала: «Я завжди писала про те, що бачила». «Так».', 1],
    ['legacy', 'Його спадщина жива.', 1],
    ['variety', 'Я є тут. Я є там. Він є тут.', 2 / 3],
    ['paragraph_var', 'раз\n\nраз два три чотири п’ять шість', 1],
    ['paragraph_var', 'раз два\n\nтри чотири', 0],
  ])('counts %s in %j: %f', (name, lesson, expected) => {
    expect(count(name, lesson)).toBeCloseTo(expected, 6);
  });

  test('of an empty lesson is none, without a failure', () => {
    expect(gateOf('richness', moduleText({ lesson: '' }))).toMatchObject({
      status: 'fail',
      message: '0% < 95% min (grammar) - REWRITE needed',
    });
  });

  test('names first what costs most, with what to do', () => {
    const { findings } = gateOf('richness', moduleText({ lesson: '# Назва' }));
    expect(findings[0]).toMatchObject({ message: 'examples: 0 of 24, which costs 20.0%' });
    expect(findings[0]?.hint).toContain('examples'.slice(0, 7));
  });

  test('is not asked below B1, and as the settings say', () => {
    expect(gateOf('richness', moduleText({}, { track: 'a2' })).status).toBe('info');
    const options = { overrides: { b1: { richness: 0 } }, wordTarget: 'table' } as const;
    expect(gateOf('richness', moduleText({}), options).status).toBe('info');
  });
});
