import { spawnSync } from 'node:child_process';
import { connectClient } from '../../src/client/connection.ts';
import type { Home } from '../helpers/cli.ts';
import { collect } from '../helpers/collect.ts';
import { TEMPORAL_BINARY } from '../helpers/temporal.ts';
import { serverAddress } from './task-ids.ts';

export interface LongEvent {
  readonly bytes: number;
  readonly type: string;
}

/** The longest event in the histories of all workflows of a home, as JSON: longer than what Temporal stores. */
export async function longestEvent({ home }: { readonly home: Pick<Home, 'folder'> }): Promise<LongEvent> {
  const address = serverAddress(home);
  const { client, connection } = await connectClient({ address });
  const runs = await collect(client.workflow.list());
  await connection.close();
  const events = runs.flatMap(({ workflowId, runId }) => eventsOf(address, workflowId, runId));
  const sizes = events.map((event) => ({ bytes: JSON.stringify(event).length, type: event.eventType }));
  return sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { bytes: 0, type: '' });
}

function eventsOf(address: string, workflowId: string, runId: string): { readonly eventType: string }[] {
  const args = ['workflow', 'show', '--address', address, '-w', workflowId, '-r', runId, '--output', 'json'];
  const { stdout } = spawnSync(TEMPORAL_BINARY, args, { maxBuffer: 1 << 28 });
  return (JSON.parse(stdout.toString()) as { events: { eventType: string }[] }).events;
}
