/** How the entries of an activity's list look. */
export interface ListShape {
  /** The key that holds the list. */
  readonly key: string;
  /** Entries that the list has at least, whatever the level. */
  readonly atLeast: number;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly options?: OptionsShape;
}

export interface OptionsShape {
  readonly min: number;
  readonly max: number;
  /** `choice`: mappings of text and correct; `text`: plain texts. */
  readonly form: 'choice' | 'text';
  /** How many of the choices are correct. */
  readonly correct: 'one' | 'several' | 'listed';
}

/** What an activity of a type has, beside `type`, `title`, `id` and `instruction`: curriculum format, section 6. */
export interface ActivityShape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Sets of keys of which one is there whole. */
  readonly oneOf?: readonly (readonly string[])[];
  readonly list?: ListShape;
  /** Lists of plain texts, with the number that they have at least. */
  readonly texts?: Readonly<Record<string, number>>;
}

const FOUR_TEXTS: OptionsShape = { min: 4, max: 4, form: 'text', correct: 'listed' };

function listOf(key: string, required: readonly string[], optional: readonly string[] = []): ListShape {
  return { key, atLeast: 1, required, optional };
}

function choices(question: string, min: number, max: number, correct: 'one' | 'several'): ActivityShape {
  const optional = correct === 'several' ? ['explanation', 'min_correct'] : ['explanation'];
  const options = { min, max, form: 'choice', correct } as const;
  return { required: ['items'], optional: [], list: { ...listOf('items', [question, 'options'], optional), options } };
}

function items(required: readonly string[], optional: readonly string[] = []): ActivityShape {
  return { required: ['items'], optional: [], list: listOf('items', required, optional) };
}

function textChoices(required: readonly string[], optional: readonly string[]): ActivityShape {
  return { required: ['items'], optional: [], list: { ...listOf('items', required, optional), options: FOUR_TEXTS } };
}

function analytic(
  required: readonly string[],
  optional: readonly string[],
  texts: Readonly<Record<string, number>> = {},
): ActivityShape {
  return { required, optional: ['source_reading', ...optional], texts };
}

/** The types that the curriculum format describes. */
export const ACTIVITY_SHAPES: ReadonlyMap<string, ActivityShape> = new Map(
  Object.entries<ActivityShape>({
    quiz: choices('question', 4, 4, 'one'),
    select: choices('question', 4, 6, 'several'),
    translate: choices('source', 3, 4, 'one'),
    'true-false': items(['statement', 'correct'], ['explanation']),
    'match-up': { required: ['pairs'], optional: [], list: listOf('pairs', ['left', 'right']) },
    'group-sort': {
      required: ['groups'],
      optional: [],
      list: { ...listOf('groups', ['name', 'items']), atLeast: 2 },
    },
    'fill-in': textChoices(['sentence', 'answer', 'options'], ['explanation']),
    unjumble: items(['words', 'answer'], ['scrambled']),
    anagram: items(['scrambled', 'answer'], ['hint']),
    'error-correction': textChoices(['sentence', 'error', 'answer', 'options', 'explanation'], ['error_type']),
    cloze: {
      required: ['passage'],
      optional: ['blanks'],
      list: {
        ...listOf('blanks', ['id', 'answer', 'options']),
        options: { min: 3, max: 5, form: 'text', correct: 'listed' },
      },
    },
    'mark-the-words': {
      required: ['instruction'],
      optional: ['answers'],
      oneOf: [['text'], ['passage', 'correct_words']],
    },
    reading: { required: ['tasks'], optional: ['source'], oneOf: [['text'], ['resource']], texts: { tasks: 1 } },
    'essay-response': analytic(['prompt', 'model_answer'], ['min_words', 'rubric', 'peer_review_guidelines']),
    'critical-analysis': analytic(['target_text', 'questions', 'model_answers'], ['focus_points'], {
      questions: 1,
      model_answers: 1,
    }),
    'comparative-study': analytic(['items_to_compare', 'criteria', 'model_answer'], ['prompt'], {
      items_to_compare: 2,
      criteria: 1,
    }),
    'authorial-intent': analytic(['text_excerpt', 'prompt', 'model_answer'], ['techniques_to_identify']),
  }),
);

/** Types of the tracks on old texts. They are known, and their inside is not judged. */
export const OTHER_TYPES: ReadonlySet<string> = new Set([
  'etymology-trace',
  'transcription',
  'grammar-identify',
  'paleography-analysis',
  'dialect-comparison',
  'translation-critique',
  'phonology-lab',
  'grammar-lab',
  'parallel-text',
  'historical-writing',
  'register-identify',
  'loanword-trace',
  'comparative-style',
]);

const TYPE_NAMES = [...ACTIVITY_SHAPES.keys()].map((type) => ({
  type,
  name: new RegExp(`(?<![\\p{L}\\p{N}-])${type.replace(/-/g, '[- ]')}(?![\\p{L}\\p{N}-])`, 'iu'),
}));

/** Types whose name stands as a word in a heading: `Practice Reading Grammar` has reading in it. */
export function activityTypesIn(heading: string): readonly string[] {
  return TYPE_NAMES.filter(({ name }) => name.test(heading)).map(({ type }) => type);
}
