import { describe, expect, test } from 'vitest';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import type { GeminiScript } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { longestEvent } from './history-events.ts';
import { appliedIn, moduleStates } from './module-states.ts';
import { askOf, moduleOf } from './requests.ts';
import { createRig } from './rig.ts';

const OTHER = '# Погода\n\n## Зима\n\nВзимку холодно.\n\n## Літо\n\nВлітку тепло.\n\n## Осінь\n\nВосени дощі.\n\n';

const fixed = (lesson: string): string => `===CONTENT_START===\n${lesson}\n===CONTENT_END===\n`;

/** What a model may send instead of a fix, by module; none of it may get into a module. */
const BAD: Readonly<Record<string, (good: string) => GeminiReply>> = {
  '001-module': (good) => ({ text: good.slice(0, good.length / 2), finishReason: 'MAX_TOKENS' }),
  '002-module': (good) => ({ text: good.slice(0, good.length / 2) }),
  '003-module': () => ({ text: '\u0000\ufffd{]}<xml> 42 \n===CONTENT_START===' }),
  '004-module': () => ({ text: '' }),
  '005-module': () => ({ text: fixed(OTHER) }),
  '006-module': () => ({ text: fixed('') }),
  '007-module': () => ({ text: 'слово '.repeat(900_000) }),
  '008-module': () => ({ text: fixed(`${OTHER}${'слово '.repeat(450_000)}`) }),
};
const MODULES = Object.keys(BAD).length;

/** Reviews as they should be, and no sound fix. */
function badFixes(): GeminiScript {
  const think = thinkingScript(() => 50);
  return async (request) => {
    const good = await think(request);
    if (askOf(request.prompt) === 'review' || typeof good === 'string') return good;
    return BAD[moduleOf(request.prompt)]?.(good.text ?? '') ?? good;
  };
}

describe.skipIf(noTemporal !== undefined)('a model that sends what is no fix', () => {
  test('cut, garbled, empty, of another module or huge: never applied, and no event of the history grows by it', async () => {
    const rig = await createRig({
      modules: MODULES,
      script: badFixes(),
      wound: () => 'lesson and vocabulary',
      settings: 'max-rounds: 2\n',
    });
    await rig.begin();
    const record = await rig.watch();
    const ends = Object.entries(record.modules).map(
      ([slug, { outcome, rounds }]) => `${slug}: ${outcome} in ${rounds}`,
    );
    const longest = await longestEvent(rig);
    console.log(`${ends.join('\n')}\nlongest event: ${longest.bytes} bytes, ${longest.type}`);
    expect(record.counts).toEqual({ FAIL_AFTER_RETRIES: MODULES });
    expect(moduleStates(rig.folder)).toEqual(rig.before);
    expect(appliedIn(rig.folder)).toEqual([]);
    expect(longest.bytes).toBeLessThan(4096);
    // A review and two fixes each: a bad reply is a round, it is no failed attempt.
    expect(rig.server.requests).toHaveLength(MODULES * 3);
    await rig.end();
  });
});
