import { spawnSync } from 'node:child_process';
import { connectClient } from '../../src/client/connection.ts';
import type { Home } from '../helpers/cli.ts';
import { collect } from '../helpers/collect.ts';
import { TEMPORAL_BINARY } from '../helpers/temporal.ts';
import { serverState } from '../helpers/engine-state.ts';

export interface LongEvent {
  readonly bytes: number;
  readonly type: string;
}

/** An event as `temporal workflow show` prints it. */
interface ShownEvent {
  readonly eventType: string;
  readonly activityTaskStartedEventAttributes?: { readonly attempt?: number };
}

type Place = { readonly home: Pick<Home, 'folder'> };

/** The longest event in the histories of all workflows of a home, as JSON: longer than what Temporal stores. */
export async function longestEvent(place: Place): Promise<LongEvent> {
  const sizes = (await allEvents(place)).map((event) => ({
    bytes: JSON.stringify(event).length,
    type: event.eventType,
  }));
  return sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { bytes: 0, type: '' });
}

/** The most attempts that an activity of a home took. */
export async function mostAttempts(place: Place): Promise<number> {
  const attempts = (await allEvents(place)).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 0);
  return Math.max(...attempts);
}

async function allEvents({ home }: Place): Promise<ShownEvent[]> {
  const address = serverState(home).address;
  const { client, connection } = await connectClient({ address });
  const runs = await collect(client.workflow.list());
  await connection.close();
  return runs.flatMap(({ workflowId, runId }) => eventsOf(address, workflowId, runId));
}

function eventsOf(address: string, workflowId: string, runId: string): readonly ShownEvent[] {
  const args = ['workflow', 'show', '--address', address, '-w', workflowId, '-r', runId, '--output', 'json'];
  const { stdout } = spawnSync(TEMPORAL_BINARY, args, { maxBuffer: 1 << 28 });
  return (JSON.parse(stdout.toString()) as { events: ShownEvent[] }).events;
}
