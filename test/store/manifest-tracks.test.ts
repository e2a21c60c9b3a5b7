import { describe, expect, test } from 'vitest';
import { readManifest, trackModules } from '../../src/store/manifest.ts';
import { modulePaths } from '../../src/store/module-files.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const PATH = 'c/curriculum.yaml';
const read = (text: string | Uint8Array) => readManifest(workspaceAt(tempWorkspace({ [PATH]: text })));
const NFC = '01-її-дім-й';
const NFD = NFC.normalize('NFD');

/** What a track of the manifest is: its modules, or what is wrong with it. */
const track = (body: string) => `levels:\n  good:\n    modules: [01-a]\n  odd:${body}\n`;
const modules = (...items: readonly string[]) =>
  track(`\n    type: core\n    modules:\n${items.map((item) => `      ${item}\n`).join('')}`);

describe('an odd track', () => {
  test.each<[string, string, readonly string[]]>([
    ['nothing below it', track(''), []],
    ['no modules key', track('\n    type: core'), []],
    ['only comments', modules('# - 01-planned'), []],
    ['an empty list', track('\n    modules: []'), []],
    ['null and ~', track('\n    modules: ~'), []],
    ['numbers', modules('- 1.10', '- 007', '- 1e3', '- 0x10'), ['1.10', '007', '1e3', '0x10']],
    ['booleans and dates', modules('- no', '- true', '- 2024-01-01'), ['no', 'true', '2024-01-01']],
    [
      'quotes, trailing spaces, a comment',
      modules('- "01-x"', '- 02-y   ', '- 03-z # later'),
      ['01-x', '02-y', '03-z'],
    ],
    ['anchors and aliases', modules('- &one 01-x', '- 02-y'), ['01-x', '02-y']],
    ['merge keys', `base: &base { modules: [01-m] }\n${track('\n    <<: *base')}`, ['01-m']],
    ['line ends of Windows', modules('- 01-x', '- 02-y').replaceAll('\n', '\r\n'), ['01-x', '02-y']],
    ['a byte order mark', `\uFEFF${modules('- 01-x')}`, ['01-x']],
    ['names as another track has them', modules('- 01-a'), ['01-a']],
    ['names beyond ASCII', modules(`- ${NFD}`), [NFD]],
  ])('with %s has the modules that stand there', (_, text, expected) => {
    const manifest = read(text);
    expect(trackModules(manifest, 'odd')).toEqual(expected);
    expect([...manifest.faults]).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['a mapping', modules('- 01-x', '- 02-y: Title'), 'module 2 is a mapping ("02-y"); write its name alone (line 8)'],
    ['a longer mapping', modules('- slug: x', '  title: y'), 'module 1 is a mapping ("slug, title")'],
    ['a list', modules('- [01-x]'), 'module 1 is a list'],
    ['nothing', modules('- 01-x', '-'), 'module 2 is empty (line 8)'],
    ['null', modules('- null'), 'module 1 is empty'],
    ['an empty text', modules('- ""'), 'module 1 "" is empty'],
    ['the same twice', modules('- 01-x', '- 02-y', '- 01-x'), 'module 3 "01-x" is module 1 already (line 9)'],
    ['the same in two Unicode forms', modules(`- ${NFC}`, `- ${NFD}`), 'is module 1 already'],
    ['a path', modules('- ../02-y'), 'module 1 "../02-y" holds a slash'],
    ['an absolute path', modules('- /etc/passwd'), 'holds a slash'],
    ['a path of Windows', modules('- "a\\\\b"'), 'holds a slash'],
    ['the folder above', modules('- ..'), 'begins with a dot'],
    ['a space', modules('- my module'), 'module 1 "my module" holds a space'],
    ['a space at its end', modules('- "01-x "'), 'holds a space'],
    ['a control character', modules('- "01\\u001b[31m"'), 'holds a control character'],
    ['a NUL', modules('- "01\\0x"'), 'holds a control character'],
    ['letters that run the other way', modules('- "01\\u202ex"'), 'holds a control character or an invisible one'],
    ['a very long name', modules(`- ${'я'.repeat(150)}`), 'is longer than 200 bytes'],
    ['a word of JavaScript', modules('- constructor'), 'is a word that JavaScript keeps for itself'],
  ])('with a module that is %s is refused by name, and harms no other', (_, text, expected) => {
    const manifest = read(text);
    expect(() => trackModules(manifest, 'odd')).toThrow(expected);
    expect(() => trackModules(manifest, 'odd')).toThrow(/^Track odd of .*curriculum\.yaml cannot be used: /);
    expect(trackModules(manifest, 'good')).toEqual(['01-a']);
  });

  test.each<[string, string, string, string]>([
    ['a list', track(' [01-x]'), 'odd', 'it is a list, not a mapping with "modules:" (line 4)'],
    ['a text', track(' 01-x'), 'odd', 'it is the text "01-x"'],
    [
      'modules as a text',
      track('\n    modules: 01-x'),
      'odd',
      'its "modules" are the text "01-x", not a list (line 5)',
    ],
    ['modules as a mapping', track('\n    modules: { 01-x: X }'), 'odd', 'its "modules" are a mapping ("01-x")'],
    ['modules twice', track('\n    modules: [a]\n    modules: [b]'), 'odd', '"modules" stands there twice (line 5)'],
    ['its name twice', `${track('')}  odd:\n    modules: [b]\n`, 'odd', 'the track stands there twice'],
    [
      'a path as its name',
      'levels:\n  good: { modules: [01-a] }\n  ../x: { modules: [a] }\n',
      '../x',
      'its name holds a slash',
    ],
    [
      '__proto__ as its name',
      'levels:\n  good: { modules: [01-a] }\n  __proto__: { modules: [a] }\n',
      '__proto__',
      'keeps for itself',
    ],
    [
      'constructor as its name',
      'levels:\n  good: { modules: [01-a] }\n  constructor: ~\n',
      'constructor',
      'keeps for itself',
    ],
  ])('that has %s is refused, and harms no other', (_, text, name, expected) => {
    const manifest = read(text);
    expect(manifest.faults.get(name)).toContain(expected);
    expect(trackModules(manifest, 'good')).toEqual(['01-a']);
  });
});

describe('a manifest that is odd as a whole', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'it is empty. It must be a mapping with "levels:"'],
    ['only comments', '# levels:\n', 'it is empty'],
    ['a list', '- b1\n', 'it is a list'],
    ['a text', 'b1', 'it is the text "b1"'],
    ['without levels', 'tracks: {}\n', 'it has no "levels"'],
    ['with levels as a list', 'levels: [b1]\n', '"levels" is a list'],
    ['with levels twice', 'levels: { a: ~ }\nlevels: { b: ~ }\n', 'has "levels" twice'],
    ['of several documents', 'levels: {}\n---\nlevels: {}\n', 'holds several documents'],
    ['with tabs', 'levels:\n\tb1:\n', 'does not parse: '],
    ['with a NUL', 'levels:\n  b1: \0\n', 'does not parse: '],
    ['nested too deeply', `levels: ${'['.repeat(200)}${']'.repeat(200)}`, 'nested more than 100 levels deep'],
  ])('%s is refused with a word', (_, text, expected) => {
    expect(() => read(text)).toThrow(expected);
  });

  test('no track is no fault, and a key twice elsewhere harms no track', () => {
    const manifest = read('levels:\n');
    expect(() => trackModules(manifest, 'b1')).toThrow(/no track "b1" in .*\nTracks: none\./);
    expect(trackModules(read(`version: 1\nversion: 2\n${modules('- 01-x')}`), 'odd')).toEqual(['01-x']);
  });

  test('bytes that are not UTF-8 harm only the track that has them', () => {
    const bytes = Buffer.concat([Buffer.from(modules('- 01-x')), Buffer.from('      - 02-\xe0\n', 'latin1')]);
    const manifest = read(bytes);
    expect(() => trackModules(manifest, 'odd')).toThrow('is not in UTF-8');
    expect(trackModules(manifest, 'good')).toEqual(['01-a']);
  });
});

test.each([
  [NFC, `${NFD}.md`, NFD],
  [NFD, `${NFC}.md`, NFC],
  [NFC, `${NFD.slice(3)}.md`, NFD.slice(3)],
  [NFC, `${NFC}.md`, NFC],
  [NFC, 'another.md', NFC],
])('the files of %j are found where the lesson is %j', async (slug, file, stem) => {
  const root = tempWorkspace({ [`c/b1/${file}`]: '' });
  expect((await modulePaths(`${root}/c`, { track: 'b1', slug, number: 1 })).stem).toBe(stem);
});
