import { readFileSync } from 'node:fs';

/**
 * Requests that a Temporal server has answered so far, by operation, from its own metrics; empty where they cannot be read.
 * Long polls count once they return.
 */
export async function serverCalls(serverPid: number): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const args = readFileSync(`/proc/${serverPid}/cmdline`, 'utf8').split('\0');
  const port = args[args.indexOf('--metrics-port') + 1];
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
  for (const line of text.split('\n')) {
    const match = /^service_requests\{(.*)\} ([\d.e+]+)$/.exec(line);
    const operation = /operation="(\w+)"/.exec(match?.[1] ?? '')?.[1];
    const service = /service_name="(\w+)"/.exec(match?.[1] ?? '')?.[1];
    if (operation === undefined || service !== 'frontend') continue;
    counts.set(operation, (counts.get(operation) ?? 0) + Number(match?.[2]));
  }
  return counts;
}
