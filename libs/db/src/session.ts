import { configExitCode } from '#libs/config';
import type pg from 'pg';
import { keepAlive, sessionOptions, TimeoutClient, type Timeouts } from './timeout-client.js';

const timeouts: Timeouts = { statementMs: 3_000, silenceMs: 1_000, testMs: 3_000 };

/** How often two sessions are compared behind a pooler: it may give them different connections by chance. */
const comparisons = 5;

export interface SessionOptions {
  /** The URL of PostgreSQL itself or of a pooler in session mode. */
  readonly databaseUrl: string;
  readonly applicationName: string;
}

/** The URL leads to a pooler that gives each transaction another connection. Notifications and session locks get lost. */
export class TransactionPooler extends Error {
  override readonly name = 'TransactionPooler';
  constructor() {
    super(
      'the database URL for notifications and locks leads to a pooler in transaction mode: set RESEAL_DATABASE_DIRECT_URL ' +
        'to the URL of PostgreSQL itself, or of a pooler in session mode',
    );
  }
}

/** A connection for LISTEN or a session lock. `open()` takes the place of `connect()`. */
export type Session = pg.Client & Pick<SessionClient, 'open'>;

/** @returns a connection that is not open yet */
export const createSession = (options: SessionOptions): Session => new SessionClient(options) as Session;

/** The server ends the session of a silent client after eight seconds, also if the network does not report the loss. */
class SessionClient extends TimeoutClient {
  /** The process of the server that serves this session, once it is open. */
  private backend: number | undefined;

  constructor(private readonly options: SessionOptions) {
    super(
      {
        ...keepAlive,
        connectionString: options.databaseUrl,
        application_name: options.applicationName,
        options: sessionOptions(8_000),
      },
      timeouts,
    );
  }

  /**
   * Connects, and makes sure that the session has a connection of its own.
   * @throws {TransactionPooler} if it does not
   */
  async open(): Promise<void> {
    await this.connect();
    const backend = await this.askForBackend();
    // PostgreSQL itself sends this id when a session begins. A pooler sends another one.
    if (backend !== (this as { processID?: number }).processID) await this.compareWithAnother();
    this.backend = backend;
  }

  protected override async ping(ms: number): Promise<unknown> {
    const backend = await this.askForBackend(ms);
    if (this.backend !== undefined && backend !== this.backend)
      this.connection.stream.destroy(new TransactionPooler());
    return backend;
  }

  /** @throws {TransactionPooler} if another session is served by the same process, or this one by several */
  private async compareWithAnother(): Promise<void> {
    const other = new SessionClient(this.options);
    other.on('error', () => undefined);
    try {
      await other.connect();
      const served = new Set<number>();
      for (let turn = 0; turn < comparisons; turn += 1) {
        // Twice, because a pooler that takes its connections in turn gives each of two sessions always the same.
        served.add(await this.askForBackend()).add(await this.askForBackend());
        if (served.size > 1 || served.has(await other.askForBackend())) throw new TransactionPooler();
      }
    } finally {
      await (other.end() as Promise<void>);
    }
  }

  private async askForBackend(ms = timeouts.statementMs): Promise<number> {
    const answer = this.within(ms, ['SELECT pg_backend_pid() AS pid']) as Promise<
      pg.QueryResult<{ pid: number }>
    >;
    return (await answer).rows[0]!.pid;
  }
}

/**
 * Ends the process with code 78 if the URL for sessions leads to a pooler in transaction mode. If PostgreSQL does not answer,
 * the sessions that are opened later find out.
 */
export async function exitOnTransactionPooler(options: SessionOptions): Promise<void> {
  const session = createSession(options);
  session.on('error', () => undefined);
  try {
    await session.open();
  } catch (error) {
    if (!(error instanceof TransactionPooler)) return;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  } finally {
    await session.end();
  }
}
