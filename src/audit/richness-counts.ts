/**
 * The counting rules of richness, our own: the curriculum format has the targets and weights, but no rules. Each is about
 * lines or blocks, so that a writer can see what was counted; docs/audit.md tells them in words.
 */
import { blocksOf, type Block } from './blocks.ts';
import { engagementCount } from './engagement.ts';
import type { LessonLine } from './lesson-lines.ts';
import type { Lesson } from './lesson.ts';
import { letterRuns } from './letters.ts';
import type { RichnessCount } from './richness-profiles.ts';

/** Beginnings of words, in small letters, by which a line speaks of a matter. */
const CULTURE =
  /культур|традиц|звича|свят[оаі]|обряд|фольклор|народн|козац|козак|вишив|шевченк|франк[оау]|леся українк|пісн|музе|літератур|мистецтв|кобзар|легенд|гетьман|майдан|київ|києв|львів|львов|одес|харк[оі]в|карпат|дніпр|kyiv|lviv|cultur|tradition|proverb|ukrainians/;
const REAL_LIFE =
  /житт[яі]|щоден|повсякден|реальн|на роботі|в офісі|у кафе|ресторан|магазин|крамниц|лікар|вокзал|подорож|студент|університет|сім['’ʼ]?[яюї]|друз|шеф|начальник|квитк|готел|телефон|real[ -]life|everyday/;
const DECOLONIZATION =
  /деколон|колоніал|імперськ|імпері[яїє]|русифік|російськ\p{L}+ (?:пропаганд|історіограф|міф|імпер|наук)|міф|привласн|суб['’ʼ]?єктн|незалежн|тяглість|меншовартост|москов/u;
const LEGACY = /спадщин|спадок|пам['’ʼ]ят|вшанув|на честь|названо? (?:на|ім)|нащадк|увічн|вплив на|визнан/;
const SAYING = /прислів|приказк|народна мудрість|proverb|saying/;
const SOURCE =
  /документ|договір|договор|літопис|джерел|хронік|грамот|спогад|щоденник|лист[иаів]?(?!\p{L})|указ|універсал|архів/u;

/** A year (of the first millennium with the word beside it), or a century in Roman numerals, which are often typed in Cyrillic. */
const TIME =
  /(?<![\d.,])(?:(?:1\d{3}|20\d{2})(?![\d%])|[2-9]\d{2}(?=\)|\s{0,3}(?:р\.|рік|рок|роц)))|(?<!\p{L})[IVXІХ]+(?:\s*[-–—]\s*[IVXІХ]+)?\s*(?:ст\.|столітт|тисячолітт)/gu;

/** A saying between quotes or in bold: a few words in two halves. */
const TWO_HALVES =
  /["«“*](?:[\p{L}'’ʼ]+[ ,]+){1,5}[\p{L}'’ʼ]+,?(?: [—–-] |, )(?:[\p{L}'’ʼ]+ ){1,5}[\p{L}'’ʼ]+[.!]?["»”*]/u;

const TURN = /^\s*(?:>\s*)*(?:[-–—•]\s+)?\*\*[^*]{1,60}(?::\*\*|\*\*:)/;
const EXAMPLE = /[*_][^*_\s][^*_]{0,300}[*_]|[«"“][^«»"“”]{3,300}[»"”]|[❌✅👍👎]/u;
const QUOTATION = /[«„“"][^«»„“”"]{25,2000}[»”"]/g;
const VISUAL = /!\[|<(?:img|iframe|video)\b/g;

/** What the counters look at, made once for all. */
interface View {
  readonly lines: readonly LessonLine[];
  readonly blocks: readonly Block[];
  /** The lines in small letters. */
  readonly small: readonly string[];
}

const COUNTERS: Readonly<Record<RichnessCount, (view: View) => number>> = {
  examples: ({ blocks }) => examples(blocks),
  engagement: ({ lines }) => engagementCount(lines),
  dialogues: ({ lines }) => dialogues(lines),
  variety: ({ blocks }) => variety(blocks),
  cultural: ({ small }) => about(small, CULTURE),
  realworld: ({ small }) => about(small, REAL_LIFE),
  visual: ({ blocks }) => visual(blocks),
  paragraph_var: ({ blocks }) => paragraphVariety(blocks),
  questions: ({ lines }) => matches(lines, /\?(?![\w=&])/g),
  proverbs,
  primary_sources: ({ blocks }) => sources(blocks),
  timeline_markers: ({ lines }) => matches(lines, TIME),
  decolonization: ({ small }) => about(small, DECOLONIZATION),
  quotes: ({ lines }) => matches(lines, QUOTATION),
  legacy: ({ small }) => about(small, LEGACY),
};

/** Counts of a lesson, in the order in which they are asked for; shares are from 0 to 1. */
export function richnessCounts({ lines }: Lesson, names: readonly RichnessCount[]): readonly number[] {
  const view = { lines, blocks: blocksOf(lines), small: lines.map(({ text }) => text.toLowerCase()) };
  return names.map((name) => COUNTERS[name](view));
}

/** Lines that speak of a matter. */
const about = (small: readonly string[], pattern: RegExp): number => small.filter((text) => pattern.test(text)).length;

function proverbs({ lines, small }: View): number {
  const named = about(small, SAYING);
  return named > 0 ? named : lines.filter(({ text }) => TWO_HALVES.test(text.slice(0, 2000))).length;
}

function matches(lines: readonly LessonLine[], pattern: RegExp): number {
  return lines.reduce((sum, { text }) => sum + (text.match(pattern)?.length ?? 0), 0);
}

/** Lines of lists and quotes that show something: in italics or bold, in quotes, or marked as right or wrong. */
function examples(blocks: readonly Block[]): number {
  return blocks
    .filter(({ kind }) => kind === 'list' || kind === 'quote' || kind === 'text')
    .flatMap(({ kind, lines }) =>
      lines.filter(({ text }) => (kind === 'text' ? /^\s*[❌✅👍👎]/u.test(text) : EXAMPLE.test(text))),
    ).length;
}

/** Runs of two turns or more, `**Name:** …`; blank lines may stand between them. */
function dialogues(lines: readonly LessonLine[]): number {
  let count = 0;
  let turns = 0;
  for (const { text } of lines) {
    if (TURN.test(text)) {
      turns += 1;
      if (turns === 2) count += 1;
    } else if (!/^[\s>]*$/.test(text)) {
      turns = 0;
    }
  }
  return count;
}

/** Tables, images, films, fenced drawings and callouts: what stands out from the text. */
function visual(blocks: readonly Block[]): number {
  const boxes = blocks.filter(({ kind }) => kind === 'table' || kind === 'code' || kind === 'quote').length;
  return boxes + blocks.reduce((sum, { kind, lines }) => (kind === 'code' ? sum : sum + matches(lines, VISUAL)), 0);
}

/** Sections and quotes that bring a voice of the time. */
function sources(blocks: readonly Block[]): number {
  return blocks.filter(({ kind, lines }) => {
    const text = lines.map((line) => line.text).join(' ');
    if (kind === 'heading') return SOURCE.test(text.toLowerCase());
    return kind === 'quote' && (/\[!(?:quote|source)\]/i.test(text) || (text.match(QUOTATION)?.length ?? 0) > 0);
  }).length;
}

/** Share of sentences that do not begin as one of the three before them does. */
function variety(blocks: readonly Block[]): number {
  const recent: string[] = [];
  let sentences = 0;
  let alike = 0;
  for (const { kind, lines } of blocks) {
    if (kind !== 'text') continue;
    for (const sentence of lines
      .map(({ text }) => text)
      .join(' ')
      .split(/(?<=[.!?…])\s+/)) {
      const opening = (sentence.slice(0, 200).match(/\p{L}+/gu) ?? []).slice(0, 2).join(' ').toLowerCase();
      if (opening === '') continue;
      sentences += 1;
      if (recent.includes(opening)) alike += 1;
      recent.push(opening);
      if (recent.length > 3) recent.shift();
    }
  }
  return sentences === 0 ? 0 : 1 - alike / sentences;
}

/** How much the lengths of paragraphs differ: deviation over mean, 0.5 and more is 1. */
function paragraphVariety(blocks: readonly Block[]): number {
  const lengths = blocks
    .filter(({ kind }) => kind === 'text' || kind === 'list' || kind === 'quote')
    .map(({ lines }) => lines.reduce((sum, { text }) => sum + letterRuns(text), 0))
    .filter((length) => length > 0);
  if (lengths.length < 2) return 0;
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const spread = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length;
  return Math.min(1, Math.sqrt(spread) / mean / 0.5);
}
