import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server over loopback that can be cut: what is sent meanwhile neither arrives nor fails. */
export interface Proxy {
  readonly address: string;
  cut(): void;
  /** Lets all through again, also what was sent meanwhile: as a network that comes back. */
  heal(): void;
}

/** Starts a proxy before an address, until the test has finished. */
export async function startProxy(target: string): Promise<Proxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => void other.write(chunk));
    if (isCut) socket.pause();
    // An end is not seen through a cut either; when one side is gone, so is the other.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    keep(near, far);
    keep(far, near);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    heal() {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
  };
}
