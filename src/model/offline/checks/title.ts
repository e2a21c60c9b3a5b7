import { bareSlug } from '../../../domain/module.ts';
import { fileCheck, quoteLine, type FileResult, type ModuleView } from '../check.ts';
import {
  dropLines,
  insertBlock,
  isPractice,
  isSummary,
  lessonHeadings,
  lessonLines,
  type LessonHeading,
} from '../lesson/lines.ts';
import { readMapping } from '../yaml/read.ts';

/** The title is the first heading, an H1, and nothing but comments stands before it. */
export const titleCheck = fileCheck('lesson', {
  id: 'title',
  title: 'The title is missing or not at the top',
  severity: 'break',
  dimensions: ['Coherence', 'Experience', 'Beginner Safety'],
  run(lesson, view) {
    const lines = lessonLines(lesson);
    const headings = lessonHeadings(lines);
    const title = headings.find((heading) => heading.level === 1 && !isSummary(heading) && !isPractice(heading));
    const firstProse = lines.findIndex((line) => !line.literal && line.text.trim() !== '');
    if (title === undefined) return addTitle(lesson, view, Math.max(0, firstProse));
    // An H1 that follows other headings is a part of the lesson, and which one is the title cannot be told.
    if (title.index === firstProse || headings[0] !== title) return { text: null, problems: [] };
    return moveTitle(lesson, title, firstProse);
  },
});

function addTitle(lesson: string, view: ModuleView, at: number): FileResult {
  const title = titleFor(view);
  const text = insertBlock(lessonLines(lesson), at, [`# ${title}`]);
  return { text, problems: [{ line: at + 1, original: null, remedy: `put the title "${title}" at the top` }] };
}

function moveTitle(lesson: string, title: LessonHeading, to: number): FileResult {
  const lines = lessonLines(lesson);
  const line = lines[title.index]?.text ?? '';
  const rest = dropLines(lines, new Set([title.index]));
  const text = insertBlock(rest, to, [line]);
  return {
    text,
    problems: [{ line: title.index + 1, original: quoteLine(line), remedy: 'move the title to the top' }],
  };
}

/** The title by the plan, else by the meta file, else by the slug. */
function titleFor(view: ModuleView): string {
  for (const kind of ['plan', 'meta'] as const) {
    const title = readMapping(view.files[kind])['title'];
    if (typeof title === 'string' && title.trim() !== '') return title.replace(/\s+/g, ' ').trim();
  }
  const words = bareSlug(view.slug).replaceAll('-', ' ').trim();
  return words === '' ? view.slug : `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
