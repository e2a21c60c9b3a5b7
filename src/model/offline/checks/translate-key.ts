import { fileCheck, quoteLine } from '../check.ts';
import { applyEdits, keyAt, openYaml, replaceNode } from '../yaml/edit.ts';
import { asMapping, asSequence, readActivities } from '../yaml/read.ts';

/** Items of `translate` have a `source`; models write `question`, as the items of a quiz have. */
export const translateKeyCheck = fileCheck('activities', {
  id: 'translate-key',
  title: 'An item of translate has question instead of source',
  severity: 'slip',
  dimensions: ['Activities'],
  run(text) {
    const activities = readActivities(text);
    const slips = activities.entries.flatMap((activity, index) => {
      if (activity['type'] !== 'translate') return [];
      return asSequence(activity['items']).flatMap((entry, at) => {
        const item = asMapping(entry);
        if (!('question' in item) || 'source' in item) return [];
        return [{ path: [...activities.path, index, 'items', at], original: quoteLine(String(item['question'])) }];
      });
    });
    const document = slips.length === 0 ? null : openYaml(text);
    const edits = slips.flatMap(({ path }) => {
      const key = document === null ? undefined : keyAt(document, path, 'question');
      const edit = key === undefined ? null : replaceNode(key, 'source');
      return edit === null ? [] : [edit];
    });
    const problems = slips.map(({ original }) => ({
      line: null,
      original,
      remedy: 'rename the key question to source',
    }));
    return { text: applyEdits(text, edits), problems };
  },
});
