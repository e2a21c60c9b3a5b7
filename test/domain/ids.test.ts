import { expect, test } from 'vitest';
import { moduleWorkflowId, parseModuleWorkflowId } from '../../src/domain/ids.ts';

test('the id of a module workflow names workspace, track and slug, and reads back', () => {
  const id = moduleWorkflowId('0a1b2c3d4e5f', { track: 'b2-hist', slug: 'oleh-ihor' });
  expect(id).toBe('module/0a1b2c3d4e5f/b2-hist/oleh-ihor');
  expect(parseModuleWorkflowId(id)).toEqual({ workspaceId: '0a1b2c3d4e5f', track: 'b2-hist', slug: 'oleh-ihor' });
});

test.each(['fix-review-b1-1-2-20260214120000', 'module/x/y', 'module/a/b/c/d'])('%s is no module workflow', (id) => {
  expect(parseModuleWorkflowId(id)).toBeUndefined();
});
