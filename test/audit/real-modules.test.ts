import { afterAll, describe, expect, test } from 'vitest';
import { auditModule, auditWhole } from '../../src/audit/audit.ts';
import { plainTable } from '../../src/views/table.ts';
import { noReal } from '../helpers/workspaces.ts';
import { cellsOf, FEBRUARY, JANUARY, realModule, reasonFor, RECORDED, type Cell, type Recorded } from './recorded.ts';

const named = ({ track, slug }: Recorded): string => `${track}/${slug}`;

interface Compared {
  readonly record: Recorded;
  readonly cells: readonly Cell[];
}

const compared: Compared[] = [];

describe.skipIf(noReal !== undefined)(`the audit against the recorded ones (${noReal ?? 'real modules'})`, () => {
  test.each(RECORDED)('$track/$slug: every value is the recorded one, or its file is of another revision', (record) => {
    const cells = cellsOf(record, auditWhole(realModule(record), null, record.rules));
    compared.push({ record, cells });
    expect(cells.filter(({ recorded }) => recorded !== '-').length).toBeGreaterThan(25);
    expect(cells.filter((cell) => cell.recorded !== cell.ours && reasonFor(cell, record) === null)).toEqual([]);
  });

  test.each(RECORDED.filter(({ other }) => Object.keys(other).length === 0))(
    '$track/$slug, of the recorded revision, passes as it did',
    (record) => {
      const { report } = auditWhole(realModule(record), null, record.rules);
      expect(report.gates.filter(({ status }) => status === 'fail')).toEqual([]);
    },
  );

  test('sections of the outline are as the record of 5 February counts them: 6 are missing', () => {
    const record = RECORDED.find(({ slug }) => slug === 'yuriy-kondratiuk');
    const lesson = '# Юрій Кондратюк\n\n## Тест\n\n## Пояснення\n\n## Практика\n\n## Діалоги\n\n## Підсумок\n';
    const text = realModule(record ?? RECORDED[0]!);
    const { report } = auditWhole({ ...text, files: { ...text.files, lesson } }, null, FEBRUARY);
    expect(report.gates.find(({ gate }) => gate === 'outline')?.message).toBe('6 Outline Compliance Errors');
  });

  test('the older activities of b1/09 show their slips as warnings, with the entries and the line', () => {
    const report = auditModule(realModule({ track: 'b1', slug: '09-aspect-future', number: 9 }), JANUARY);
    const slips = report.gates.find((gate) => gate.gate === 'schema')?.findings ?? [];
    expect(slips.map(({ severity, message }) => `${severity}: ${message}`)).toContain(
      "warning: activity 11 (translate «Переклад — майбутній час»), entries 1, 2, 3, 4, 5, 6: 'source' is missing",
    );
    expect(slips.every(({ line }) => line !== undefined && line > 1)).toBe(true);
  });

  test('the Latin letter in b2-hist/oleh-ihor and the broken one in b1/07 are found with line and column', () => {
    const lint = (track: string, slug: string, number: number): unknown =>
      auditModule(realModule({ track, slug, number }), FEBRUARY).gates.find(({ gate }) => gate === 'lint')?.findings;
    expect(lint('b2-hist', 'oleh-ihor', 9)).toMatchObject([{ file: 'lesson', line: 222, column: 133 }]);
    expect(lint('b1', '07-aspect-past-single-repeated', 7)).toMatchObject([{ file: 'lesson', line: 337, column: 54 }]);
  });

  test('plans that say more than the table fail a lesson that the table passes', () => {
    const text = realModule({ track: 'b1', slug: '08-aspect-past-result-process', number: 8 });
    const failing = (wordTarget: 'plan' | 'table'): boolean =>
      auditModule(text, { ...JANUARY, wordTarget }).gates.some(
        (gate) => gate.gate === 'words' && gate.status === 'fail',
      );
    expect([failing('plan'), failing('table')]).toEqual([true, false]);
  });

  afterAll(() => {
    if (compared.length > 0) console.log(`${comparison()}\n${differences()}`);
  });
});

/** A row a value, a column a module: `=`, `≠`, or nothing where the record has no such value. */
function comparison(): string {
  const names = compared[0]?.cells.map(({ name }) => name) ?? [];
  const rows = names.map((name) => [
    name,
    ...compared.map(({ cells }) => {
      const cell = cells.find((candidate) => candidate.name === name);
      if (cell === undefined || cell.recorded === '-') return '';
      return cell.recorded === cell.ours ? '=' : '≠';
    }),
  ]);
  return plainTable(['VALUE', ...compared.map(({ record }) => `${record.track}/${record.slug.slice(0, 12)}`)], rows);
}

function differences(): string {
  const rows = compared.flatMap(({ record, cells }) =>
    cells
      .filter(({ recorded, ours }) => recorded !== ours)
      .map((cell) => [
        named(record),
        cell.name,
        short(cell.recorded),
        short(cell.ours),
        reasonFor(cell, record) ?? '?',
      ]),
  );
  return plainTable(['MODULE', 'VALUE', 'RECORDED', 'OURS', 'REASON'], rows);
}

const short = (text: string): string => {
  const [line = ''] = text.split('\n');
  return line.length > 48 || text.includes('\n') ? `${line.slice(0, 45)}…` : line;
};
