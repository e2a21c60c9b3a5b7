import { filesCheck, quoteLine } from '../check.ts';
import { readYaml } from '../yaml/read.ts';
import { repairYaml } from '../yaml/repair.ts';

/** A sidecar that does not parse: no tool can use it. */
export const yamlCheck = filesCheck(['meta', 'activities', 'vocabulary'], {
  id: 'yaml',
  title: 'A sidecar does not parse',
  severity: 'break',
  dimensions: ['Activities', 'Experience', 'Beginner Safety'],
  run(text) {
    const reading = readYaml(text);
    if (reading.ok) return { text: null, problems: [] };
    const repaired = repairYaml(text);
    if (repaired === null) {
      const original = quoteLine(text.split('\n')[reading.line] ?? '');
      return {
        text: null,
        problems: [{ line: reading.line + 1, original, remedy: `mend by hand: ${quoteLine(reading.reason)}` }],
      };
    }
    const problems = repaired.repairs.map(({ line, original, remedy }) => ({
      line: line + 1,
      original: quoteLine(original),
      remedy,
    }));
    return { text: repaired.text, problems };
  },
});
