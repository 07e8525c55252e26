import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { TestCertificate } from '../../libs/credentials/src/testing/test-authority.js';

/** Whom a front trusts, and its own certificate. */
export interface FrontCertificates {
  readonly own: TestCertificate;
  /** The CA of the clients, in PEM. */
  readonly clients: string;
}

/** A server that ends TLS in front of a plain one, and demands certificates of its clients. */
export interface TlsFront {
  readonly port: number;
  /** Serial numbers of the client certificates of all accepted connections, in lower case. */
  readonly accepted: readonly string[];
  /** Uses other certificates for new connections. */
  renew(certificates: FrontCertificates): void;
  /** Closes all connections. */
  disconnect(): void;
  close(): Promise<void>;
}

/** PostgreSQL's SSLRequest (protocol documentation, section 54.7). */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

const contextOf = ({ own, clients }: FrontCertificates) => ({
  cert: own.certificate,
  key: own.key,
  ca: clients,
});

/**
 * Starts a front on a free port.
 *
 * @param postgres whether clients ask for TLS as PostgreSQL's do
 * @param host the address to listen on
 */
export async function tlsFront(
  to: { readonly host: string; readonly port: number },
  certificates: FrontCertificates,
  { postgres = false, host = '127.0.0.1' }: { postgres?: boolean; host?: string } = {},
): Promise<TlsFront> {
  const open = new Set<Socket>();
  const accepted: string[] = [];
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  };
  const tls = createTlsServer(
    { ...contextOf(certificates), requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    (client: TLSSocket) => {
      accepted.push(client.getPeerCertificate().serialNumber.toLowerCase());
      keep(client);
      const upstream = connect(to);
      keep(upstream);
      client.pipe(upstream).pipe(client);
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.destroy());
    },
  );
  tls.on('tlsClientError', () => undefined);
  const server = createServer((socket) => {
    keep(socket);
    if (!postgres) return void tls.emit('connection', socket);
    socket.once('data', (bytes) => {
      if (!bytes.equals(sslRequest)) return void socket.destroy();
      socket.write('S');
      return void tls.emit('connection', socket);
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const disconnect = () => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    accepted,
    renew: (renewed) => tls.setSecureContext(contextOf(renewed)),
    disconnect,
    async close() {
      disconnect();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
