import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandWords } from '../../src/audit/command-words.ts';
import { VALUE_VARIABLES } from '../../src/audit/shell-script.ts';

const VALUES = { file: '/a b/$(id)\'s "x".md', track: 'b1', slug: '06-x', root: '/a b' };

describe('the words of a command', () => {
  test.each<[string, readonly string[]]>([
    ['audit {file}', ['audit', VALUES.file]],
    ['  audit\t{track}/{slug}\n ', ['audit', 'b1/06-x']],
    [`audit '{file}' "{root}"`, ['audit', VALUES.file, VALUES.root]],
    [`audit --file={file}`, ['audit', `--file=${VALUES.file}`]],
    [`audit 'a b'"c d"e`, ['audit', 'a bc de']],
    [`audit '' ""`, ['audit', '', '']],
    [`audit a\\ b \\' "\\"\\\\\\n"`, ['audit', 'a b', "'", '"\\\\n']],
    [`audit '\\' x`, ['audit', '\\', 'x']],
    ['audit {other} {} {file', ['audit', '{other}', '{}', '{file']],
    ["awk '{print $1}' {slug}", ['awk', '{print $1}', '06-x']],
    ["bash audit.sh -c '{slug}'", ['bash', 'audit.sh', '-c', '"${BATCH_MANAGER_SLUG}"']],
  ])('%s', (template, expected) => {
    expect(commandWords(template, VALUES)).toEqual(expected);
  });

  test.each(['', '  \n'])('%j is refused', (template) => {
    expect(() => commandWords(template, VALUES)).toThrow(expect.objectContaining({ type: 'BadRequest' }));
  });

  test.each([
    [`audit 'x`, "a ' without its end at character 7"],
    [`audit "x`, 'a " without its end at character 7'],
    ['audit x\\', 'a \\ without its end at character 8'],
  ])('%s is refused and the place told', (template, message) => {
    expect(() => commandWords(template, VALUES)).toThrow(message);
  });

  test('are as many as in the template, whatever the values hold', () => {
    const value = fc.string();
    fc.assert(
      fc.property(fc.record({ file: value, track: value, slug: value, root: value }), (values) => {
        expect(commandWords('a {file} {track}{slug} {root}', values)).toEqual([
          'a',
          values.file,
          values.track + values.slug,
          values.root,
        ]);
      }),
    );
  });
});

describe('a value in the script of a shell', () => {
  const NASTY = [`$(echo no)`, '`echo no`', `a'b`, `a"b`, 'a b  c', '*', '; echo no', '\\', '\n', '${HOME}', '-n'];

  /** What the script prints, each argument of printf in brackets. */
  function printed(template: string, file: string): string {
    const [program, ...args] = commandWords(template, { ...VALUES, file });
    const env = { ...process.env, [VALUE_VARIABLES.file]: file };
    return execFileSync(program ?? '', args, { encoding: 'utf8', env });
  }

  test.each([
    [`sh -c 'printf [%s] {file}'`, (file: string) => `[${file}]`],
    [`sh -c 'printf [%s] "{file}"'`, (file: string) => `[${file}]`],
    [`sh -c "printf [%s] '{file}'"`, (file: string) => `[${file}]`],
    [`sh -c "printf [%s] 'a{file}b'"`, (file: string) => `[a${file}b]`],
    [`sh -c "printf [%s] a\\"b\\"{file}\\"{file}\\""`, (file: string) => `[ab${file}${file}]`],
    [`bash -euc 'printf [%s] "it is" {file}'`, (file: string) => `[it is][${file}]`],
    [`env A=1 sh -c 'printf [%s] "$1"' sh {file}`, (file: string) => `[${file}]`],
  ])('of %s is never read as script', (template, expected) => {
    for (const file of NASTY) expect(printed(template, file)).toBe(expected(file));
  });
});
