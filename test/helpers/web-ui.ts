import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './cli.ts';

/** The address of the Web UI of a home's engine, which must be up. */
function uiAddress(home: Pick<Home, 'folder'>): string {
  const file = join(home.folder, 'state/batch-manager/engine.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { server: { uiAddress: string } }).server.uiAddress;
}

/** Sends the request that the Web UI's cancel button sends: to the UI's own server, with the token that it gave the page. */
export async function cancelInWebUi(home: Pick<Home, 'folder'>, workflowId: string): Promise<void> {
  const api = `http://${uiAddress(home)}/api/v1`;
  const settings = await fetch(`${api}/settings`);
  const cookie =
    settings.headers
      .getSetCookie()
      .find((one) => one.startsWith('_csrf='))
      ?.split(';')[0] ?? '';
  const answer = await fetch(`${api}/namespaces/default/workflows/${workflowId}/cancel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': cookie.replace('_csrf=', ''), cookie },
    body: JSON.stringify({ namespace: 'default', workflowExecution: { workflowId }, requestId: randomUUID() }),
  });
  if (!answer.ok) throw new Error(`the Web UI answered ${answer.status}: ${await answer.text()}`);
}
