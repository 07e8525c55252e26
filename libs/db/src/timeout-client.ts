import { databaseConnection } from '#libs/credentials';
import pg from 'pg';

/** In milliseconds. */
export interface Timeouts {
  /** How long the server may take for a statement before the connection is closed. */
  readonly statementMs: number;
  /** After how long without traffic a connection is tested, and how long the answer to the test may take. */
  readonly silenceMs: number;
  readonly testMs: number;
}

const closeTimeoutMs = 1_000;

type Ask = (...args: unknown[]) => unknown;

/**
 * A connection that is closed when PostgreSQL does not answer. TCP alone needs 15 minutes to notice a silent peer, and pg's
 * `query_timeout` leaves the connection in the pool, where the next statement waits again. This class destroys the socket,
 * so that the pool removes the connection and all callers that wait for it get ETIMEDOUT.
 */
export class TimeoutClient extends pg.Client {
  /** The time limits of the statements without an answer, in the order in which they were sent and are answered. */
  private readonly limits: number[] = [];
  private deadline: NodeJS.Timeout | undefined;
  private heardAt = performance.now();

  constructor(
    config: pg.ClientConfig,
    private readonly timeouts: Timeouts,
  ) {
    super({ ...config, ...databaseConnection(config.connectionString ?? '') });
    const heartbeat = setInterval(() => this.test(), timeouts.silenceMs).unref();
    this.once('end', () => {
      clearInterval(heartbeat);
      clearTimeout(this.deadline);
    });
  }

  /** Applies the deadline to the overloads that return a promise. */
  override query(...args: never[]): never {
    return this.within(this.timeouts.statementMs, args) as never;
  }

  /** Destroys the socket if the server does not close the connection in time. */
  override end(...args: never[]): never {
    const { stream } = this.connection;
    const late = setTimeout(() => stream.destroy(), closeTimeoutMs).unref();
    this.once('end', () => clearTimeout(late));
    return (super.end as Ask).apply(this, args) as never;
  }

  protected within(ms: number, args: unknown[]): unknown {
    const answer = (super.query as Ask).apply(this, args);
    if (!(answer instanceof Promise)) return answer;
    this.limits.push(ms);
    if (this.limits.length === 1) this.startDeadline(ms);
    const done = () => {
      this.limits.shift();
      this.heardAt = performance.now();
      clearTimeout(this.deadline);
      const [next] = this.limits;
      if (next !== undefined) this.startDeadline(next);
    };
    answer.then(done, done);
    return answer;
  }

  /** Starts the deadline of the statement that is answered next. */
  private startDeadline(ms: number): void {
    const since = this.heardAt;
    this.deadline = setTimeout(
      // After a pause of the process, responses that have arrived are read before the connection is closed.
      () => setImmediate(() => this.heardAt === since && this.limits.length > 0 && this.giveUp(ms)),
      ms,
    ).unref();
  }

  /** Sends a test query on an idle connection; not within a transaction, whose idle timeout it would reset. */
  private test(): void {
    const { silenceMs, testMs } = this.timeouts;
    if (this.limits.length > 0 || this.getTransactionStatus() !== 'I') return;
    if (performance.now() - this.heardAt < silenceMs) return;
    this.ping(testMs).catch(() => undefined);
  }

  /** Sends the test query. */
  protected async ping(ms: number): Promise<unknown> {
    return this.within(ms, ['SELECT 1']);
  }

  private giveUp(afterMs: number): void {
    const silent = new Error(`PostgreSQL did not answer within ${afterMs} ms`);
    this.connection.stream.destroy(Object.assign(silent, { code: 'ETIMEDOUT' }));
  }
}

/** Settings with which the server notices a silent client and ends its session with its locks. */
export function sessionOptions(idleMs: number, more: Readonly<Record<string, string>> = {}): string {
  const settings = {
    tcp_keepalives_idle: 5,
    tcp_keepalives_interval: 1,
    tcp_keepalives_count: 5,
    tcp_user_timeout: 10_000,
    idle_session_timeout: idleMs,
    ...more,
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** Settings with which a client notices a silent server. */
export const keepAlive = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 1_000,
  connectionTimeoutMillis: 3_000,
};
