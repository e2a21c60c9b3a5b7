/** A person edits a module while it is worked on: the edit stays, and the module starts again on the new text. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ModuleRecord } from '../../src/store/records.ts';
import { onlyRecord } from '../faults/outcomes.ts';
import { askOf } from '../faults/requests.ts';
import { woundedWorkspace, type Wound } from '../faults/wounded.ts';
import { workerOf } from '../faults/processes.ts';
import { Editor, WAYS } from '../helpers/editor.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { recordOf } from '../helpers/record.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { copyOf, SAMPLE } from '../helpers/workspaces.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

const LESSON = 'tiny/001-module.md';
const MINE = 'Це речення людини.\n';

let server: GeminiServer;
let home: Home;
let folder: string;

/** A workspace of one module; `onAsk` is called with each request, from 1, before it is answered. */
async function setup(wound: Wound, onAsk: (n: number, ask: 'fix' | 'review') => void, settings = ''): Promise<void> {
  const think = thinkingScript(() => 20);
  server = await startGeminiServer(async (request) => {
    onAsk(server.requests.length, askOf(request.prompt));
    const usage = { promptTokenCount: 100_000, candidatesTokenCount: 10_000, totalTokenCount: 110_000 };
    return { ...((await think(request)) as GeminiReply), usage };
  });
  home = createHome(googleAt(server));
  folder = tempWorkspace();
  woundedWorkspace(folder, 1, () => wound);
  appendFileSync(join(folder, 'batch-manager.yaml'), settings);
}

const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);
const lesson = (): string => readFileSync(join(folder, LESSON), 'utf8');
const edit = (text = MINE): void => appendFileSync(join(folder, LESSON), text);
const module = (): ModuleRecord => Object.values(onlyRecord(folder).modules)[0] as ModuleRecord;
const log = (): string => readFileSync(onlyRecord(folder).output_file, 'utf8');

describe.skipIf(noTemporal !== undefined)('an edit by a person', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('while the first review is made: what passes is the new text', async () => {
    await setup('none', (n) => n === 1 && edit());
    expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(0);
    expect(module()).toMatchObject({ outcome: 'PASS_ON_REVIEW', changed: false });
    expect(server.requests.map(({ prompt }) => prompt.includes(MINE.trim()))).toEqual([false, true]);
    expect(lesson().endsWith(MINE)).toBe(true);
    expect(log()).toContain('its files were edited meanwhile; it starts again on the new text');
    // The review that was written speaks of the text that is there.
    await run('fix-review', 'tiny', '1', '1');
    expect(server.requests).toHaveLength(2);
  });

  test.each(['fix', 'review of the fix'])(
    'during the %s: the fix is not applied over it, and the new text is fixed',
    async (when) => {
      const at = when === 'fix' ? 2 : 3;
      await setup('lesson and vocabulary', (n) => n === at && edit());
      expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(0);
      expect(module()).toMatchObject({ outcome: 'FIXED', changed: true, rounds: 1 });
      expect(lesson()).toContain(MINE);
      expect(lesson()).toContain('\n## Вступ');
      expect(log()).toContain(`${LESSON} was edited meanwhile; it was left as it is`);
      expect(server.requests).toHaveLength(6);
    },
    300_000,
  );

  test.each(WAYS)(
    'in the very instant in which the fix is put in place, saved %s: the new text is fixed',
    async (way) => {
      let saved: Promise<boolean> | undefined;
      for (let tries = 1; ; tries += 1) {
        const editor = new Editor();
        await setup('lesson and vocabulary', (n) => {
          if (n === 3) saved = editor.saveAtTemporary(way, join(folder, LESSON), `${lesson()}${MINE}`);
        });
        expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(0);
        const met = await saved;
        await editor.close();
        if (met === true) break;
        expect(tries).toBeLessThan(5);
        expect(await home.close()).toEqual([]);
        await server.close();
      }
      expect(module()).toMatchObject({ outcome: 'FIXED', changed: true });
      expect(lesson()).toContain(MINE);
      expect(lesson()).toContain('\n## Вступ');
      expect(log()).toMatch(/was edited meanwhile|were edited meanwhile/);
    },
    300_000,
  );

  test('between two rounds: the text of the first with the edit is what the next one is made from', async () => {
    const CAFE = 'curriculum/l2-uk-en/a1/07-at-the-cafe.md';
    let fixes = 0;
    let edited = '';
    await setup('none', (_, ask) => {
      fixes += ask === 'fix' ? 1 : 0;
      if (ask !== 'fix' || fixes !== 2) return;
      appendFileSync(join(folder, CAFE), MINE);
      edited = readFileSync(join(folder, CAFE), 'utf8');
    });
    folder = copyOf(SAMPLE);
    const before = readFileSync(join(folder, CAFE), 'utf8');
    expect((await run('fix-review', 'a1', '7', '7')).code).toBe(0);
    expect(module()).toMatchObject({ outcome: 'FIXED', changed: true });
    expect(edited.replace(MINE, '')).not.toBe(before);
    const text = readFileSync(join(folder, CAFE), 'utf8');
    expect(text).toContain(MINE.trim());
    expect(text).not.toBe(edited);
    // The way back ends at the text that the person had made of it.
    expect((await run('undo', 'latest')).code).toBe(0);
    expect(readFileSync(join(folder, CAFE), 'utf8')).toBe(edited);
  });

  test('a removed lesson is not made again', async () => {
    await setup('lesson', (n) => n === 2 && rmSync(join(folder, LESSON)));
    expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(1);
    expect(module()).toMatchObject({ outcome: 'MISSING' });
    expect(() => lesson()).toThrow('ENOENT');
  });

  test('while the module waits for money: it goes on with the new text', async () => {
    const prices = 'prices:\n  google/gemini-2.5-flash: { input: 1, output: 10 }\n';
    await setup('lesson and vocabulary', () => undefined, prices);
    const id = (await run('fix-review', 'tiny', '1', '1', '--budget', '0.5', '-b')).stdout.trim();
    await until(() => recordOf(folder, id)?.status === 'waiting', 30_000);
    expect(server.requests).toHaveLength(2);
    edit();
    await run('set', id, '--budget', '10');
    expect((await run('watch', id)).code).toBe(0);
    expect(module()).toMatchObject({ outcome: 'FIXED' });
    expect(lesson()).toContain(MINE);
    expect(server.requests).toHaveLength(5);
  });

  test('while the worker is dead: the fix of the old text is not applied', async () => {
    let killed = false;
    await setup('lesson and vocabulary', (n) => {
      if (n !== 3 || killed) return;
      killed = true;
      process.kill(workerOf({ home, folder }), 'SIGKILL');
      edit();
    });
    expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(0);
    expect(module()).toMatchObject({ outcome: 'FIXED' });
    expect(lesson()).toContain(MINE);
  });

  test('again and again ends as BASE_CHANGED, after as many starts as are set; the last edit is there', async () => {
    const text = (n: number): string => `Речення номер ${n}.\n`;
    await setup('none', (n) => edit(text(n)), 'edit-restarts: 2\n');
    expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(1);
    expect(module()).toMatchObject({ outcome: 'BASE_CHANGED', detail: 'edited 3 times while it ran' });
    expect(server.requests).toHaveLength(3);
    expect(lesson().endsWith([1, 2, 3].map(text).join(''))).toBe(true);
    await run('rebuild', 'latest');
    expect(module()).toMatchObject({ outcome: 'BASE_CHANGED', detail: 'edited 3 times while it ran' });
  });

  test('with no start again set, the first edit ends it', async () => {
    await setup('lesson', (n) => n === 2 && edit(), 'edit-restarts: 0\n');
    expect((await run('fix-review', 'tiny', '1', '1')).code).toBe(1);
    expect(module()).toMatchObject({ outcome: 'BASE_CHANGED', detail: 'edited once while it ran' });
    expect(lesson()).toContain(`##Вступ`);
  });

  test('of the research file while it is asked for: what a person wrote stays', async () => {
    const text = `# Моє дослідження\n\n${'Багато слів. '.repeat(60)}\n`;
    const file = (): string => join(folder, 'tiny/research/module-research.md');
    await setup('none', () => writeFileSync(file(), text));
    writeFileSync(join(folder, 'curriculum.yaml'), 'levels:\n  tiny:\n    modules: [001-module]\n');
    mkdirSync(join(folder, 'tiny/research'), { recursive: true });
    mkdirSync(join(folder, 'plans/tiny'), { recursive: true });
    writeFileSync(join(folder, 'plans/tiny/001-module.yaml'), 'title: Урок\nobjectives:\n- слова\n');
    expect((await run('research', 'tiny', '1', '1')).code).toBe(0);
    expect(module()).toMatchObject({ outcome: 'ALREADY_DONE' });
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });
});
