import { Connection, type ConnectionLike, type ConnectionOptions } from '@temporalio/client';
import { grpcStatus, grpcStatusOf } from './dependency-down.js';
import type { TemporalCredentials } from './server.js';

const testEveryMs = 2_000;
const silentAfterMs = 3_000;
/** Longer than any call on a connection, with its retries. */
const closeReplacedAfterMs = 300_000;

/**
 * A connection to Temporal that is replaced when it stops answering. gRPC detects a silent peer only by its keepalive,
 * which Temporal allows every ten seconds, and waits without end for a server that accepts a connection and never
 * answers. This class tests the connection every two seconds. Without an answer within three, new calls use a new
 * connection. Calls on the old one end with their own deadline, or by the keepalive. New calls also use a new connection
 * once the certificates are renewed.
 */
export class RenewedConnection implements ConnectionLike {
  private current: Connection;
  private tlsVersion: number | undefined;
  private readonly replaced = new Set<Connection>();
  private readonly timer: NodeJS.Timeout;
  private testing: Promise<void> | undefined;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly namespace: string,
    private readonly credentials?: TemporalCredentials,
  ) {
    this.current = this.make();
    this.timer = setInterval(() => this.beginTest(), testEveryMs).unref();
  }

  get workflowService() {
    return this.current.workflowService;
  }
  get operatorService() {
    return this.current.operatorService;
  }
  get plugins() {
    return this.current.plugins;
  }

  ensureConnected(): Promise<void> {
    return this.current.ensureConnected();
  }
  withDeadline<R>(deadline: number | Date, fn: () => Promise<R>): Promise<R> {
    return this.current.withDeadline(deadline, fn);
  }
  withMetadata<R>(metadata: Parameters<Connection['withMetadata']>[0], fn: () => Promise<R>): Promise<R> {
    return this.current.withMetadata(metadata, fn);
  }
  withAbortSignal<R>(signal: AbortSignal, fn: () => Promise<R>): Promise<R> {
    return this.current.withAbortSignal(signal, fn);
  }

  /** Rejects if the namespace cannot be reached within a second. */
  async check(): Promise<void> {
    await this.describe(this.current, 1_000);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    // A pending retry of the SDK would throw on a closed connection, and nothing would catch the error.
    await this.testing;
    await Promise.all([this.current, ...this.replaced].map((connection) => connection.close()));
  }

  private beginTest(): void {
    this.testing ??= this.test().finally(() => (this.testing = undefined));
  }

  private async test(): Promise<void> {
    if (this.credentials?.tlsVersion !== this.tlsVersion) this.replace();
    const tested = this.current;
    try {
      await this.describe(tested, silentAfterMs);
    } catch (error) {
      // gRPC itself handles a server that refuses or is down. The silent connection is not closed, because retries may
      // be pending on it. Its keepalive ends it.
      if (grpcStatusOf(error) === grpcStatus.deadlineExceeded) this.current = this.make();
    }
  }

  /** Closes the old connection once no call on it can be pending. */
  private replace(): void {
    const old = this.current;
    this.current = this.make();
    this.replaced.add(old);
    setTimeout(() => {
      if (this.replaced.delete(old)) void old.close().catch(() => undefined);
    }, closeReplacedAfterMs).unref();
  }

  private make(): Connection {
    const { channelArgs, ...rest } = this.options;
    const { credentials } = this;
    this.tlsVersion = credentials?.tlsVersion;
    return Connection.lazy({
      ...rest,
      ...(credentials && { tls: credentials.tlsConfig }),
      ...(credentials?.apiKey !== undefined && { apiKey: () => credentials.apiKey ?? '' }),
      // By default gRPC would use the silent connection for the new channel, too.
      channelArgs: { ...channelArgs, 'grpc.use_local_subchannel_pool': 1 },
    });
  }

  private async describe(connection: Connection, ms: number): Promise<void> {
    await connection.withDeadline(Date.now() + ms, () =>
      connection.workflowService.describeNamespace({ namespace: this.namespace }),
    );
  }
}
