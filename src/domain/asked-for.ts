/**
 * Whether a review, a plan or a person asks for text to be taken out. Narrow on purpose: a sentence that names the section and
 * says to remove or shorten it, and nothing else of it, in English or Ukrainian.
 */
import { comparable } from './comparable.ts';
import { wordsOf } from './sections.ts';

/** What was asked of a fix, an issue of the review or a line each. */
export type Requests = readonly string[];

/** The requests in a review's issues and fix plan (the whole of a review that has neither), in a plan, and in a person's words. */
export function requestsOf(review: string, plan: string | null, said = ''): Requests {
  const parts = review.split(/^(?=#{1,4} )/m);
  const asking = parts.filter((part) => /^#{1,4} .*(?:\bIssue|\bFix\b|Problem|Проблем|Виправ)/i.test(part));
  const ofReview = (asking.length === 0 ? [review] : asking).flatMap((part) =>
    /^#{3,4} /.test(part) ? [part] : part.split('\n'),
  );
  return [...ofReview, ...(plan ?? '').split('\n'), ...said.split('\n')];
}

const REMOVAL =
  /^(?:remov(?:e|es|ed|ing|al)|delet\w*|cut|cuts|cutting|drop|drops|dropped|dropping|shorten\w*|trim\w*|condens\w*|eliminat\w*|omit\w*|scrap|reduc\w*|merg\w*|combin\w*|видал\p{L}*|вилуч\p{L}*|прибер\p{L}*|прибра\p{L}*|скоро[тч]\p{L}*|викин\p{L}*|викресл\p{L}*|єдна\p{L}*|стисн\p{L}*|зменш\p{L}*)$/u;
const NEGATION = new Set(['not', 'don', 'never', 'no', 'without', 'avoid', 'не', 'ні', 'без']);

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
/** A part of a text as a whole. */
const PART = words(
  'section sections heading headings part parts chapter chapters subsection paragraph activity activities exercise ' +
    'розділ розділи розділу секцію секція частину частина підрозділ вправу вправи вправа пункт',
);
const FILLER = words(
  'the a an this that these those whole entire entirely completely fully both two and or also duplicate duplicated redundant ' +
    'unnecessary superfluous second extra h2 h3 й і та цей цю ці весь увесь всю усю цілком повністю зайвий зайву зайві другий другу об',
);
const MODAL = words(
  'should must be is are to needs need can could has have it them fix слід треба потрібно варто можна необхідно бути його її їх',
);
/** What may follow where nothing more of the section is named. */
const ONWARD = words(
  'because since as it which they to by down into with so if for at altogether half entirely completely бо оскільки адже до на у в з із він вона воно вони удвічі вдвічі повністю please будь',
);
const LESSON = words('lesson text module length words урок уроку текст тексту модуль обсяг слів');

/** Whether one of the requests is to remove or shorten what has this title; `others` may stand in one list with it. */
export function asksToRemove(requests: Requests, title: string, others: readonly string[] = []): boolean {
  const named = wordsOf(title);
  if (named.length === 0) return false;
  const listed = new Set(others.flatMap(wordsOf));
  return requests.some((request) => isNamedInIssue(request, named) || clausesOf(request).some(isAsked));

  function isAsked(clause: readonly string[]): boolean {
    return placesOf(clause, named).some((at) => {
      const behind = at + named.length;
      return removals(clause).some((verb) =>
        verb < at
          ? clause.slice(verb + 1, at).every((word) => isBetween(word) || listed.has(word)) &&
            goesOn(clause.slice(behind), listed)
          : verb >= behind &&
            clause.slice(behind, verb).every((word) => isBetween(word) || MODAL.has(word)) &&
            goesOn(clause.slice(verb + 1), listed),
      );
    });
  }
}

/** Whether one of the requests is to shorten the lesson as a whole. */
export function asksToShorten(requests: Requests): boolean {
  return requests.flatMap(clausesOf).some((clause) =>
    removals(clause).some((verb) => {
      const rest = clause.slice(verb + 1);
      const object = rest.findIndex((word) => !isBetween(word) && word !== 'of' && word !== 'number');
      return object !== -1 && LESSON.has(rest[object] ?? '') && goesOn(rest.slice(object + 1), LESSON);
    }),
  );
}

/** An issue whose place is the section, and whose remedy is to remove "the section" or "it". */
function isNamedInIssue(request: string, named: readonly string[]): boolean {
  const lines = request.split('\n');
  const place = lines.filter((line) => /^#|\bLocation\b|Місце/i.test(line));
  if (lines.length < 2 || !place.some((line) => placesOf(wordsOf(line), named).length > 0)) return false;
  const remedies = lines.filter((line) => /\bFix\b|Виправлення/i.test(line)).flatMap(clausesOf);
  return remedies.some((clause) => removals(clause).some((verb) => goesOn(clause.slice(verb + 1), MODAL)));
}

const isBetween = (word: string): boolean => FILLER.has(word) || PART.has(word);

/** Whether a clause goes on without naming a smaller part of what was named. */
function goesOn(rest: readonly string[], listed: ReadonlySet<string>): boolean {
  const next = rest.find((word) => !isBetween(word) && !listed.has(word));
  return next === undefined || ONWARD.has(next) || MODAL.has(next);
}

/** Sentences as words; what the model quotes of the lesson is no request. */
function clausesOf(request: string): readonly (readonly string[])[] {
  return request
    .split('\n')
    .filter((line) => !/\bOriginal\b|Оригінал/i.test(line.slice(0, 20)))
    .flatMap((line) => line.split(/[.;!?](?=\s|$)/))
    .map((clause) => comparable(clause).split(' '));
}

/** Places of the words that ask to remove something, but for those that are negated. */
function removals(clause: readonly string[]): readonly number[] {
  return [...clause.keys()].filter(
    (at) => REMOVAL.test(clause[at] ?? '') && !clause.slice(Math.max(0, at - 3), at).some((word) => NEGATION.has(word)),
  );
}

function placesOf(clause: readonly string[], named: readonly string[]): readonly number[] {
  return [...clause.keys()].filter((at) => named.every((word, offset) => clause[at + offset] === word));
}
