import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be broken, and mended. */
export interface CuttableProxy {
  readonly port: number;
  /** Ends all connections and takes no more. */
  cut(): void;
  /**
   * Drops what comes, in both directions, and closes nothing: who is connected, and who connects from now on, hears
   * nothing any more. Connections of that time stay so for ever, also when the way is mended.
   */
  blackhole(): void;
  /** New connections are passed on again. */
  restore(): void;
  close(): Promise<void>;
}

/** Listens on a port of its own and passes everything on. */
export async function cuttableProxy(host: string, port: number): Promise<CuttableProxy> {
  const open = new Set<Socket>();
  let state: 'whole' | 'cut' = 'whole';
  /** Shared by all connections since the last mending. */
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
