import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { engineError } from '../domain/errors.ts';

/** Where Temporal is: the embedded engine's address, or null for the configured one (TEMPORAL_ADDRESS, a profile, a key). */
export interface Target {
  readonly address: string | null;
}

/** For the engine of this machine: it is reached on loopback, whatever proxy the shell names. */
const NO_PROXY = { 'grpc.enable_http_proxy': 0 };

/** Connection options and namespace of a target, for client and worker alike. */
export function connectConfig(target: Target): { connectionOptions: ConnectionOptions; namespace: string } {
  if (target.address !== null)
    return { connectionOptions: { address: target.address, channelArgs: NO_PROXY }, namespace: 'default' };
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return { connectionOptions, namespace: namespace ?? 'default' };
}

/** How long a server may take to answer, ms. */
const CONNECT_MS = 2000;

/**
 * Connects a client.
 * @throws UserError (engine) where nobody answers; the SDK's own error takes 21 s and names no cause.
 */
export async function connectClient(target: Target): Promise<{ client: Client; connection: Connection }> {
  const { connectionOptions, namespace } = connectConfig(target);
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_MS });
    return { client: new Client({ connection, namespace }), connection };
  } catch (error) {
    const address = connectionOptions.address ?? 'localhost:7233';
    const advice =
      target.address === null
        ? 'It is configured by TEMPORAL_ADDRESS or a profile; check that it runs.'
        : 'Run: batch-manager doctor';
    throw engineError(`No Temporal server answers at ${address} (${(error as Error).message}).\n${advice}`, error);
  }
}
