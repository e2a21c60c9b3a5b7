import { randomUUID } from 'node:crypto';
import type { Home } from './cli.ts';
import { serverState } from './engine-state.ts';

/** Sends the request that the Web UI's cancel button sends: to the UI's own server, with the token that it gave the page. */
export async function cancelInWebUi(home: Pick<Home, 'folder'>, workflowId: string): Promise<void> {
  const api = `http://${serverState(home).uiAddress}/api/v1`;
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
