import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAudit, renderAudit } from '../../src/domain/audit-block.ts';
import { auditReport } from '../../src/domain/audit.ts';
import { fence, parseFiles, renderFile, renderFiles, unfence } from '../../src/domain/files-block.ts';
import { parseFixReply } from '../../src/domain/reply.ts';
import { FILE_KINDS, type FileKind, type ModuleText } from '../../src/domain/module.ts';

const ref = { track: 'b1', slug: '06-aspect', number: 6 };

function moduleText(files: Partial<Record<FileKind, string>>): ModuleText {
  const all = FILE_KINDS.map((kind) => [kind, files[kind] ?? null] as const);
  return { ref, files: Object.fromEntries(all) as ModuleText['files'] };
}

const withNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Lines that are made to be confused with delimiters, among ordinary ones. */
const line = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '===END FILE===',
    '===FILE lesson b1/06-aspect.md===',
    '\\===END FILE===',
    '\\\\===AUDIT===',
    '===END AUDIT=== ',
    '===END FILE===\r',
    '=====',
    '===CONTENT_START===',
    '**===content_end===**',
    '\u200b=== CHANGES_START ===',
    '\\===CONTENT_END===',
    '===REMOVED===',
    '<think>',
    'so </think> it is',
    '\\<think>',
    '===FILE meta b1/meta/06-aspect.yaml ABSENT===',
    '',
  ),
);
const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'));

test('files stand between whole lines that name kind and path, and absent ones are named as absent', () => {
  const block = renderFiles(moduleText({ lesson: '# Вид\n', meta: 'module: x' }));
  expect(block).toContain('===FILE lesson b1/06-aspect.md===\n# Вид\n===END FILE===');
  expect(block).toContain('===FILE meta b1/meta/06-aspect.yaml===\nmodule: x\n===END FILE===');
  expect(block).toContain('===FILE activities b1/activities/06-aspect.yaml ABSENT===');
  expect(block).toContain('===FILE plan plans/b1/06-aspect.yaml ABSENT===');
});

test('whatever the files hold, they are read back as they were, but for a missing final newline', () => {
  fc.assert(
    fc.property(text, text, text, (lesson, meta, around) => {
      const safe = around
        .split('\n')
        .map((part) => `> ${part}`)
        .join('\n');
      const prompt = `${safe}\n\n${renderFiles(moduleText({ lesson, meta }))}\n\n${safe}`;
      expect(parseFiles(prompt)).toEqual({
        track: 'b1',
        slug: '06-aspect',
        files: { lesson: withNewline(lesson), meta: withNewline(meta) },
      });
    }),
  );
});

test('whatever a file holds, a model that gives it back as it stands in the prompt gives back its bytes', () => {
  fc.assert(
    fc.property(text, (lesson) => {
      // What is read does not tell an empty text from an empty line, and line ends are those of the file.
      fc.pre(!/\r/.test(lesson) && !lesson.includes('```') && !lesson.includes('~~~'));
      const shown = renderFile(ref, 'lesson', lesson).split('\n').slice(1, -1);
      const reply = [
        '<think>',
        '===CONTENT_START===',
        '</think>',
        '===CONTENT_START===',
        ...shown,
        '===CONTENT_END===',
      ];
      const parsed = parseFixReply(reply.join('\n'));
      expect(parsed.ok && parsed.blocks.lesson).toBe(lesson.replace(/\n$/, ''));
    }),
    { numRuns: 1000 },
  );
});

test('reading never throws on any prompt, and a prompt without files gives null', () => {
  fc.assert(
    fc.property(text, (prompt) => {
      parseFiles(prompt);
      parseAudit(prompt);
    }),
  );
  expect(parseFiles('Review this.\n===CONTENT_START===\n')).toBeNull();
});

test('a file that is cut off is not there, and a file quoted inside of another block is text', () => {
  const cut = renderFile(ref, 'lesson', '# A\n').replace('===END FILE===', '');
  expect(parseFiles(`${renderFile(ref, 'meta', 'module: a\n')}\n${cut}`)?.files).toEqual({ meta: 'module: a\n' });
  const quoted = fence('REVIEW', renderFile(ref, 'lesson', '# Quoted\n'));
  expect(parseFiles(`${quoted}\n${renderFile(ref, 'lesson', '# Real\n')}`)?.files).toEqual({ lesson: '# Real\n' });
});

test('a block whose path does not fit its kind names no module', () => {
  expect(parseFiles('===FILE lesson somewhere/else/x.yaml===\n# A\n===END FILE===')).toBeNull();
});

test('a fenced text is read back by its name, empty or not', () => {
  expect(unfence('TRIES', `a\n${fence('TRIES', 'none')}\nb`)).toBe('none\n');
  expect(unfence('TRIES', fence('TRIES', ''))).toBe('');
  expect(unfence('TRIES', fence('REPLY', 'none'))).toBeNull();
});

test('an audit is read back from its block by gate, status, message and number of findings', () => {
  const finding = { gate: 'yaml', severity: 'error', message: 'bad\nindent' } as const;
  const report = auditReport([
    { gate: 'words', status: 'fail', message: '1043/1200 (157 short)', findings: [{ ...finding, message: 'short' }] },
    { gate: 'yaml', status: 'warn', message: '', findings: Array.from({ length: 60 }, () => finding) },
    { gate: 'audit command', status: 'pass', message: 'passed', findings: [] },
  ]);
  const block = renderAudit(report);
  expect(parseAudit(`Do it.\n${block}\n`)).toEqual({
    passed: false,
    gates: [
      { gate: 'words', status: 'fail', message: '1043/1200 (157 short)', findings: 1 },
      { gate: 'yaml', status: 'warn', message: '', findings: 60 },
      { gate: 'audit-command', status: 'pass', message: 'passed', findings: 0 },
    ],
  });
  expect(block.split('\n').filter((row) => row.includes('bad indent'))).toHaveLength(40);
});

test('a finding stands with its place and what to do about it', () => {
  const finding = {
    gate: 'yaml',
    severity: 'error',
    message: 'bad',
    file: 'meta',
    line: 3,
    column: 7,
    hint: 'quote it',
  } as const;
  const block = renderAudit(auditReport([{ gate: 'yaml', status: 'fail', message: 'm', findings: [finding] }]));
  expect(block).toContain('  - error in meta line 3 column 7: bad To do: quote it');
});

test('a prompt without an audit gives null', () => {
  expect(parseAudit('no audit here')).toBeNull();
});
