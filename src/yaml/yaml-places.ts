import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

type Path = readonly (string | number)[];

/** Where things stand in a YAML text that can be read. */
export interface YamlPlaces {
  /** Keys that stand twice in their mapping, by their paths. */
  readonly twice: readonly Path[];
  /** Line of a value, or of the nearest thing around it, from 1; null where nothing is known. */
  line(path: Path): number | null;
}

/** Looks for the places in a text; slow, so it is for messages. */
export function yamlPlaces(text: string): YamlPlaces {
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    uniqueKeys: false,
    schema: 'failsafe',
    logLevel: 'silent',
    lineCounter: lines,
  });
  const twice: Path[] = [];
  const collect = (node: unknown, path: Path): void => {
    if (yaml.isSeq(node)) for (const [index, item] of node.items.entries()) collect(item, [...path, index]);
    if (!yaml.isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = String(yaml.isScalar(key) ? key.value : key);
      if (seen.has(name)) twice.push([...path, name]);
      seen.add(name);
      collect(value, [...path, name]);
    }
  };
  collect(document.contents, []);
  return {
    twice,
    line(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const node = document.getIn(path.slice(0, length), true);
        if (yaml.isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return null;
    },
  };
}
