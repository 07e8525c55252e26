import { NativeConnection } from '@temporalio/worker';
import { grpcStatus, grpcStatusOf } from './dependency-down.js';
import type { TemporalAddress } from './server.js';
import { TimeoutError, withTimeout } from './with-timeout.js';

const answerTimeoutMs = 3_000;

/** The statuses without an answer. */
const silent: readonly (number | undefined)[] = [
  grpcStatus.cancelled,
  grpcStatus.deadlineExceeded,
  grpcStatus.unavailable,
];

/**
 * Connects a worker.
 *
 * @throws TimeoutError if the server accepts the connection and does not answer within three seconds; gRPC itself would
 * wait without end
 */
export async function connectNative({
  address,
  credentials,
}: Omit<TemporalAddress, 'namespace'>): Promise<NativeConnection> {
  const apiKey = credentials?.apiKey;
  const connecting = NativeConnection.connect({
    address,
    ...(credentials && { tls: credentials.tlsConfig }),
    ...(apiKey !== undefined && { apiKey }),
    // Compressing costs more than it saves on a local network.
    grpcCompression: { codec: 'none' },
  });
  try {
    return await withTimeout(answerTimeoutMs, connecting);
  } catch (error) {
    void connecting.then(close, () => undefined);
    throw error;
  }
}

/** Whether the server answers on this connection within three seconds. A refusal is an answer. */
export async function isResponsive(connection: NativeConnection, namespace: string): Promise<boolean> {
  const asked = connection.withDeadline(Date.now() + answerTimeoutMs, () =>
    connection.workflowService.describeNamespace({ namespace }),
  );
  try {
    await withTimeout(answerTimeoutMs + 500, asked);
    return true;
  } catch (error) {
    return !(error instanceof TimeoutError) && !silent.includes(grpcStatusOf(error));
  }
}

/** Whether the server answers on a new connection. */
export async function isReachable(server: TemporalAddress): Promise<boolean> {
  const connection = await connectNative(server).catch(() => undefined);
  if (!connection) return false;
  try {
    return await isResponsive(connection, server.namespace);
  } finally {
    void close(connection);
  }
}

const close = (connection: NativeConnection) => connection.close().catch(() => undefined);
