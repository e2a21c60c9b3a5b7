import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync, ftruncateSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPeoplesBytes, readPeoplesText, shownText } from '../../src/files/people-file.ts';
import { tempFolder } from '../helpers/temp.ts';

/** What may be where a file should be, with the words that it is refused with; made at a path. */
const NO_FILES: readonly (readonly [what: string, words: string, make: (path: string) => unknown])[] = [
  ['a FIFO that nobody writes to', 'is a FIFO, not a file', (path) => spawnSync('mkfifo', [path])],
  [
    'a link to a FIFO',
    'is a FIFO, not a file',
    (path) => {
      spawnSync('mkfifo', [`${path}-fifo`]);
      symlinkSync(`${path}-fifo`, path);
    },
  ],
  ['a folder', 'is a folder, not a file', (path) => mkdirSync(path)],
  ['an endless device', 'is a device, not a file', (path) => symlinkSync('/dev/zero', path)],
  [
    'a socket',
    'is a socket, not a file',
    (path) => {
      const server = createServer();
      onTestFinished(() => void server.close());
      return new Promise<void>((resolve) => server.listen(path, () => resolve()));
    },
  ],
  [
    'links that lead in a circle',
    'leads in a circle',
    (path) => {
      symlinkSync(`${path}-other`, path);
      symlinkSync(path, `${path}-other`);
    },
  ],
  [
    'a file of 2 GiB',
    'has 2048 MiB',
    (path) => {
      const descriptor = openSync(path, 'w');
      ftruncateSync(descriptor, 2 * 1024 ** 3);
      closeSync(descriptor);
    },
  ],
];

test.each(NO_FILES)('%s is refused at once', async (_, words, make) => {
  const path = join(tempFolder(), 'x.md');
  await make(path);
  const started = performance.now();
  expect(() => readPeoplesBytes(path)).toThrow(words);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('what is not there is null, also behind a link and below a file', () => {
  const folder = tempFolder();
  symlinkSync('nowhere', join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['none', 'link', 'file/below']) expect(readPeoplesText(join(folder, name))).toBeNull();
});

/** Bytes that are not UTF-8, with the line and offset of the first, and what `iconv` is told. */
const NOT_UTF8: readonly (readonly [what: string, bytes: readonly number[], where: string, encoding: string])[] = [
  [
    'windows-1251 in the third line',
    [...Buffer.from('# A\n\n'), 0xcf, 0xf0, 0xe8],
    'line 3, byte offset 5 (0xCF)',
    'WINDOWS-1251',
  ],
  ['a stray 0xFF', [0x61, 0xff, 0x62], 'line 1, byte offset 1 (0xFF)', 'WINDOWS-1251'],
  ['a letter that was cut off', [...Buffer.from('Приві'), 0xd1], 'line 1, byte offset 10 (0xD1)', 'WINDOWS-1251'],
  [
    'a cut-off sequence that begins as U+FFFD does',
    [0x0a, 0xef, 0xbf, 0x41],
    'line 2, byte offset 1 (0xEF)',
    'WINDOWS-1251',
  ],
  ['after a real U+FFFD', [...Buffer.from('\uFFFD\n'), 0xe9], 'line 2, byte offset 4 (0xE9)', 'WINDOWS-1251'],
  ['a lone surrogate', [0xed, 0xa0, 0x80], 'line 1, byte offset 0 (0xED)', 'WINDOWS-1251'],
  ['a slash in two bytes', [0xc0, 0xaf], 'line 1, byte offset 0 (0xC0)', 'WINDOWS-1251'],
  ['UTF-16 with its mark', [0xff, 0xfe, ...Buffer.from('Привіт', 'utf16le')], 'line 1, byte offset 0 (0xFF)', 'UTF-16'],
  [
    'UTF-16 of ASCII without one',
    [...Buffer.from('items: []\n', 'utf16le')],
    'line 1, byte offset 1 (0x00)',
    'UTF-16LE',
  ],
];

test.each(NOT_UTF8)('%s is named with line and offset, and with the way to convert it', (_, bytes, where, encoding) => {
  const path = join(tempFolder(), 'x.md');
  writeFileSync(path, Buffer.from(bytes));
  expect(() => readPeoplesText(path)).toThrow(`${path} is not UTF-8: ${where}`);
  expect(() => readPeoplesText(path)).toThrow(`iconv -f ${encoding} -t UTF-8 ${path} > new`);
  expect(shownText(readPeoplesBytes(path))).toBe(`(not UTF-8, ${bytes.length} bytes)\n`);
});

test.each(['Привіт\r\n', '\uFEFF# A\n', 'a\u0000b and much text around one NUL', '\uFFFD', ''])(
  '%j is read as it is, byte for byte',
  (text) => {
    const path = join(tempFolder(), 'x.md');
    writeFileSync(path, text);
    expect(readPeoplesText(path)).toBe(text);
  },
);
