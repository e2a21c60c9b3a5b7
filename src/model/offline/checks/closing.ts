import { fileCheck, type FileResult, type ModuleView } from '../check.ts';
import {
  insertBlock,
  isPractice,
  isSummary,
  isUkrainian,
  lessonHeadings,
  lessonLines,
  sectionEnd,
  type LessonHeading,
  type LessonLine,
} from '../lesson/lines.ts';
import { firstSentence } from '../lesson/sentences.ts';
import { readActivities } from '../yaml/read.ts';

const MOST_POINTS = 8;

/** Without a summary the audit's structure gate fails. It is made of the lesson's own headings and first sentences. */
export const summaryCheck = fileCheck('lesson', {
  id: 'summary',
  title: 'The summary is missing',
  severity: 'break',
  dimensions: ['Coherence', 'Pedagogy', 'Educational'],
  run(lesson) {
    const lines = lessonLines(lesson);
    const headings = lessonHeadings(lines);
    if (headings.some(isSummary)) return { text: null, problems: [] };
    const points = summaryPoints(lines, headings);
    const missing = { line: null, original: null };
    if (points.length === 0) {
      return { text: null, problems: [{ ...missing, remedy: 'write a summary; there are no sections to sum up' }] };
    }
    const ukrainian = isUkrainian(lesson);
    const lead = ukrainian ? 'У цьому модулі ви опрацювали:' : 'In this lesson you worked through:';
    const at = headings.find(isPractice)?.index ?? lines.length;
    const text = insertBlock(lines, at, ['## Підсумок', '', lead, '', ...points]);
    return { text, problems: [{ ...missing, remedy: 'add a summary from the headings of the lesson' }] };
  },
});

/** One point a section: its heading, and the first sentence under it where there is one. */
function summaryPoints(lines: readonly LessonLine[], headings: readonly LessonHeading[]): readonly string[] {
  const sections = headings.filter((heading) => heading.level === 2 && !isPractice(heading));
  return sections.slice(0, MOST_POINTS).map((heading) => {
    const body = lines.slice(heading.index + 1, sectionEnd(headings, heading, lines.length));
    const sentence = firstSentence(body);
    const name = heading.text.replace(/\*+/g, '').trim();
    return sentence === null ? `- **${name}**` : `- **${name}** — ${sentence}`;
  });
}

/** The last section sends the learner on; the curriculum's lessons all end in it. */
export const practiceCheck = fileCheck('lesson', {
  id: 'more-practice',
  title: 'The section for more practice is missing or empty',
  severity: 'flaw',
  dimensions: ['Pedagogy', 'Activities'],
  run(lesson, view) {
    const lines = lessonLines(lesson);
    const headings = lessonHeadings(lines);
    const heading = headings.find(isPractice);
    const advice = practiceAdvice(view, isUkrainian(lesson));
    if (heading === undefined) return addPractice(lesson, lines, advice);
    const body = lines.slice(heading.index + 1, sectionEnd(headings, heading, lines.length));
    if (body.some((line) => line.text.trim() !== '')) return { text: null, problems: [] };
    const text = insertBlock(lines, heading.index + 1, [advice]);
    return { text, problems: [{ line: heading.index + 1, original: null, remedy: 'say how to practise more' }] };
  },
});

function addPractice(lesson: string, lines: readonly LessonLine[], advice: string): FileResult {
  const title = isUkrainian(lesson) ? '## Потрібно більше практики?' : '## Need More Practice?';
  const text = insertBlock(lines, lines.length, [title, '', advice]);
  return { text, problems: [{ line: null, original: null, remedy: 'add the section for more practice' }] };
}

/** Names the module's own activities; a rule cannot know of other things to do. */
function practiceAdvice(view: ModuleView, ukrainian: boolean): string {
  const titles = readActivities(view.files.activities)
    .entries.map((activity) => activity['title'])
    .filter((title): title is string => typeof title === 'string' && title.trim() !== '')
    .slice(0, 4)
    .map((title) => `**${title.replace(/[*\s]+/g, ' ').trim()}**`);
  if (titles.length === 0) {
    return ukrainian
      ? 'Прочитайте модуль ще раз уголос і перекажіть головне своїми словами.'
      : 'Read the lesson aloud once more and retell its main points in your own words.';
  }
  return ukrainian
    ? `Виконайте ще раз вправи цього модуля: ${titles.join(', ')}. Потім перекажіть головне своїми словами.`
    : `Do the activities of this lesson once more: ${titles.join(', ')}. Then retell its main points in your own words.`;
}
