import pg from 'pg';

/** In milliseconds. */
interface Timeouts {
  /** How long a statement may take before its connection is given up. */
  readonly statementMs: number;
  /** How long a connection may be silent while nothing is asked, and how long its answer to a test may take. */
  readonly silenceMs: number;
  readonly testMs: number;
}

/** Longer than the server's own limit, whose error says more. */
const statementTimeoutMs = 8_000;
const poolTimeouts: Timeouts = { statementMs: 9_000, silenceMs: 2_000, testMs: 3_000 };
const sessionTimeouts: Timeouts = { statementMs: 3_000, silenceMs: 1_000, testMs: 3_000 };
const closeTimeoutMs = 1_000;

type Ask = (...args: unknown[]) => unknown;

/**
 * A connection that is given up when PostgreSQL does not answer. TCP alone notices a peer that fell silent after a
 * quarter of an hour, and pg's `query_timeout` leaves the connection in the pool, where the next statement waits in vain
 * again. Here the socket is destroyed, so the pool drops the connection, and everyone who waits for it gets ETIMEDOUT.
 */
class TimeoutClient extends pg.Client {
  private asked = 0;
  private heardAt = performance.now();

  constructor(
    config: pg.ClientConfig,
    private readonly timeouts: Timeouts,
  ) {
    super(config);
    const heartbeat = setInterval(() => this.test(), timeouts.silenceMs).unref();
    this.once('end', () => clearInterval(heartbeat));
  }

  /** pg declares a dozen forms of this; of those, the ones that return a promise have the deadline. */
  override query(...args: never[]): never {
    return this.within(this.timeouts.statementMs, args) as never;
  }

  /** A server that does not close the connection is left behind. */
  override end(...args: never[]): never {
    const { stream } = this.connection;
    const late = setTimeout(() => stream.destroy(), closeTimeoutMs).unref();
    this.once('end', () => clearTimeout(late));
    return (super.end as Ask).apply(this, args) as never;
  }

  private within(ms: number, args: unknown[]): unknown {
    const answer = (super.query as Ask).apply(this, args);
    if (!(answer instanceof Promise)) return answer;
    this.asked += 1;
    let answered = false;
    const timer = setTimeout(
      // A process that stood still reads what came meanwhile before it gives up.
      () => setImmediate(() => answered || this.giveUp(ms)),
      ms,
    ).unref();
    const done = () => {
      answered = true;
      clearTimeout(timer);
      this.asked -= 1;
      this.heardAt = performance.now();
    };
    answer.then(done, done);
    return answer;
  }

  /** Asks for nothing while nothing else is asked; not within a transaction, whose own limit it would put off. */
  private test(): void {
    const { silenceMs, testMs } = this.timeouts;
    if (this.asked > 0 || this.getTransactionStatus() !== 'I') return;
    if (performance.now() - this.heardAt < silenceMs) return;
    (this.within(testMs, ['SELECT 1']) as Promise<unknown>).catch(() => undefined);
  }

  private giveUp(afterMs: number): void {
    const silent = new Error(`PostgreSQL did not answer within ${afterMs} ms`);
    this.connection.stream.destroy(Object.assign(silent, { code: 'ETIMEDOUT' }));
  }
}

/** What makes the server notice a client that fell silent, and end its session with the locks it holds. */
function sessionOptions(idleMs: number): string {
  const settings = {
    tcp_keepalives_idle: 5,
    tcp_keepalives_interval: 1,
    tcp_keepalives_count: 5,
    tcp_user_timeout: 10_000,
    idle_session_timeout: idleMs,
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 1_000, connectionTimeoutMillis: 3_000 };

/** A connection of a pool. Each is tested every two seconds, so one that is idle much longer belongs to a dead process. */
export class PooledClient extends TimeoutClient {
  static readonly settings = {
    ...keepAlive,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 10_000,
    options: sessionOptions(75_000),
  };

  constructor(config: pg.ClientConfig) {
    super(config, poolTimeouts);
  }
}

export interface SessionOptions {
  /** Leads to PostgreSQL itself, or to a pooler in session mode. */
  readonly databaseUrl: string;
  readonly applicationName: string;
}

/**
 * A connection for what belongs to a session: listening, or a lock. A client that fell silent loses it after eight
 * seconds, also where its network does not tell the server.
 */
export function createSession({ databaseUrl, applicationName }: SessionOptions): pg.Client {
  return new TimeoutClient(
    {
      ...keepAlive,
      connectionString: databaseUrl,
      application_name: applicationName,
      options: sessionOptions(8_000),
    },
    sessionTimeouts,
  );
}
