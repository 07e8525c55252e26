import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy whose connection to the server a test can break and restore. */
export interface CuttableProxy {
  readonly port: number;
  /** Closes all connections and refuses new ones. */
  cut(): void;
  /**
   * Drops all bytes in both directions without closing a connection. Connections of this time stay silent, also after
   * `restore`.
   */
  blackhole(): void;
  /** Forwards new connections again. */
  restore(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function cuttableProxy(host: string, port: number): Promise<CuttableProxy> {
  const open = new Set<Socket>();
  let state: 'whole' | 'cut' = 'whole';
  /** Shared by all connections since the last restoration. */
  let way = { silent: false };

  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };
  const passOn = (from: Socket, to: Socket) => {
    const own = way;
    from.on('data', (bytes) => own.silent || to.write(bytes));
    from.once('end', () => own.silent || to.end());
    from.once('close', () => own.silent || to.destroy());
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (state === 'cut') return void client.destroy();
    keep(client);
    if (way.silent) return void client.resume();
    const upstream = connect({ port, host, allowHalfOpen: true });
    keep(upstream);
    passOn(client, upstream);
    passOn(upstream, client);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const cut = () => {
    state = 'cut';
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    blackhole: () => {
      way.silent = true;
    },
    restore: () => {
      state = 'whole';
      way = { silent: false };
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
