/** The search attributes that workflows set; src/domain/search-attributes.ts lists all with their types for the server. */
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import { moduleKey } from '../src/domain/module.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import type { BatchInput, PlannedModule } from './contract.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const status = keyword('CurStatus');
const score = defineSearchAttributeKey('CurScore', SearchAttributeType.DOUBLE);
const done = defineSearchAttributeKey('CurDone', SearchAttributeType.INT);
const failed = defineSearchAttributeKey('CurFailed', SearchAttributeType.INT);

/** What a module's child is found by: workspace, task, operation, track, module, model. */
export function moduleAttributes(input: BatchInput, module: PlannedModule): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: keyword('CurWorkspace'), value: input.workspaceId },
    { key: keyword('CurBatch'), value: input.taskId },
    { key: keyword('CurOp'), value: input.operation },
    { key: keyword('CurTrack'), value: input.track },
    { key: keyword('CurModule'), value: moduleKey(module) },
    { key: keyword('CurModel'), value: input.settings.model },
  ]);
}

/** Marks how a module ended. */
export function upsertOutcome(outcome: Outcome, value: number | null): void {
  const pairs = value === null ? [] : [{ key: score, value }];
  upsertSearchAttributes([{ key: status, value: outcome }, ...pairs]);
}

/** Marks that a batch is paused, or goes on: an engine that is idle but for paused batches may end. */
export function upsertStatus(value: 'paused' | 'running'): void {
  upsertSearchAttributes([{ key: status, value }]);
}

/** Marks how far a batch is. */
export function upsertCounts(ended: number, notPassed: number): void {
  upsertSearchAttributes([
    { key: done, value: ended },
    { key: failed, value: notPassed },
  ]);
}
