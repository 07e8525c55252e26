import { Client, Connection, type ClientInterceptors } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';

export interface TemporalAddress {
  /** host:port */
  address: string;
  namespace: string;
}

/** A client of one namespace. It connects with the first call and again by itself after the connection broke. */
export interface TemporalClient {
  readonly client: Client;
  /** Rejects if the namespace cannot be reached; for readiness. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** How often a broken connection is tried again; gRPC itself would wait up to two minutes. */
const reconnectBackoff = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

/** Does not need Temporal to be up: calls made meanwhile fail, later ones succeed. */
export function connectTemporalClient(
  options: TemporalAddress & { dataConverter: DataConverter; interceptors?: ClientInterceptors },
): TemporalClient {
  const { address, namespace, dataConverter, interceptors } = options;
  const connection = Connection.lazy({ address, channelArgs: reconnectBackoff });
  const client = new Client({ connection, namespace, dataConverter, ...(interceptors && { interceptors }) });
  return {
    client,
    check: async () => {
      await connection.withDeadline(Date.now() + 1000, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
    },
    close: () => connection.close(),
  };
}
