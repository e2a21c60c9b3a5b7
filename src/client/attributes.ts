import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { selectionSize } from '../domain/selection.ts';
import type { BatchInput } from '../../workflows/contract.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** Whether a batch says that it is paused; null where it says nothing of it. */
export function pauseMark(attributes: TypedSearchAttributes): boolean | null {
  const mark = attributes.get(keyword('CurStatus'));
  return mark === undefined ? null : mark === 'paused';
}

/** The id of the workspace that a batch belongs to; null where it says none. */
export function workspaceMark(attributes: TypedSearchAttributes): string | null {
  return attributes.get(keyword('CurWorkspace')) ?? null;
}

/** What a batch is found by: workspace, task, operation, track, model, and its number of modules. */
export function taskAttributes(input: BatchInput): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: keyword('CurWorkspace'), value: input.workspaceId },
    { key: keyword('CurBatch'), value: input.taskId },
    { key: keyword('CurOp'), value: input.operation },
    { key: keyword('CurTrack'), value: input.track },
    { key: keyword('CurModel'), value: input.settings.model },
    { key: defineSearchAttributeKey('CurTotal', SearchAttributeType.INT), value: selectionSize(input.selection) },
  ]);
}
