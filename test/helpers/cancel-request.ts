import type { Client } from '@temporalio/client';

/** When the server took the cancel request of a workflow, ms; NaN where it has none. */
export async function cancelRequestedAt(client: Client, workflowId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const event = events?.find((one) => one.workflowExecutionCancelRequestedEventAttributes);
  return Number(event?.eventTime?.seconds) * 1000 + Number(event?.eventTime?.nanos) / 1e6;
}
