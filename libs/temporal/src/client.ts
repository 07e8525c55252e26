import { Client, type ClientInterceptors } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { RenewedConnection } from './renewed-connection.js';
import type { TemporalAddress } from './server.js';

/** A client of one namespace. It connects with the first call, and reconnects by itself. */
export interface TemporalClient {
  readonly client: Client;
  /** Rejects if the namespace cannot be reached; for readiness. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Shorter reconnect pauses than gRPC's own, which reach two minutes, and keepalives. */
const channelArgs = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
};

/** Makes a client. Temporal need not be up: calls fail until it is, and succeed later. */
export function connectTemporalClient(
  options: TemporalAddress & { dataConverter: DataConverter; interceptors?: ClientInterceptors },
): TemporalClient {
  const { address, namespace, credentials, dataConverter, interceptors } = options;
  const connection = new RenewedConnection({ address, channelArgs }, namespace, credentials);
  const client = new Client({ connection, namespace, dataConverter, ...(interceptors && { interceptors }) });
  return {
    client,
    check: () => connection.check(),
    close: () => connection.close(),
  };
}
