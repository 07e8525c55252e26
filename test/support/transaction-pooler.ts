import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A pooler in front of PostgreSQL. */
export interface Pooler {
  /** The URL of a database, through this pooler. */
  urlOf(databaseUrl: string): string;
  close(): Promise<void>;
}

/** Gets each message of the server. */
type Receive = (message: Buffer) => void;

/** Types of the server's messages (PostgreSQL's protocol, section "Message Formats"). */
const backendKeyData = 'K'.charCodeAt(0);
const readyForQuery = 'Z'.charCodeAt(0);
/** Status of ReadyForQuery outside a transaction. */
const outsideTransaction = 'I'.charCodeAt(0);

/**
 * A pooler that works as PgBouncer does: a client signs in at PostgreSQL on a new connection. Then this connection serves
 * it until it leaves (`session`), or serves whichever client begins the next transaction (`transaction`).
 */
export async function poolerTo(databaseUrl: string, mode: 'session' | 'transaction'): Promise<Pooler> {
  const { hostname: host, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const idle: ServerConnection[] = [];
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  };

  const listener = createServer((client) => {
    keep(client);
    const socket = connect({ host, port: Number(port) });
    keep(socket);
    let serving: ServerConnection | undefined;
    const serve = (connection: ServerConnection) => {
      serving = connection;
      connection.receive = (message) => {
        client.write(message[0] === backendKeyData ? withOtherProcessId(message) : message);
        if (mode === 'session' || message[0] !== readyForQuery || message[5] !== outsideTransaction) return;
        serving = undefined;
        idle.push(connection);
      };
    };
    serve(new ServerConnection(socket));
    client.on('data', (bytes) => {
      if (!serving) serve(idle.pop()!);
      serving!.socket.write(bytes);
    });
    client.on('close', () => mode === 'session' && socket.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    urlOf(url) {
      const through = new URL(url);
      through.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
      return through.href;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** A connection to PostgreSQL whose messages go to the client that it serves. */
class ServerConnection {
  receive: Receive = () => undefined;
  private rest = Buffer.alloc(0);

  constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.rest = Buffer.concat([this.rest, bytes]);
      while (this.rest.length >= 5 && this.rest.length > this.rest.readUInt32BE(1)) {
        const end = this.rest.readUInt32BE(1) + 1;
        const message = this.rest.subarray(0, end);
        this.rest = this.rest.subarray(end);
        this.receive(message);
      }
    });
  }
}

/** A pooler has process ids of its own, because a request to cancel comes to it. */
function withOtherProcessId(message: Buffer): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt32BE((message.readUInt32BE(5) + 1) % 0x7fff_ffff, 5);
  return copy;
}
