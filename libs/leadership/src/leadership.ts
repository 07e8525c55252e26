import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** The time during which this process, and no other, leads. */
export interface Term {
  /** Aborts when the lock may be lost. */
  readonly lost: AbortSignal;
  /** Gives the lock back. */
  release(): Promise<void>;
}

export interface Leadership {
  /**
   * Tries once to lead; undefined while another process does.
   *
   * @throws when PostgreSQL cannot be asked
   */
  tryToLead(onNotification: () => void): Promise<Term | undefined>;
  /** Gives up waiting. */
  close(): Promise<void>;
}

export interface LeadershipOptions {
  readonly databaseUrl: string;
  /** What is led; the advisory lock's key is made of it. */
  readonly name: string;
  /** NOTIFY channel to listen to while leading. */
  readonly channel: string;
  /** How often the connection is tested while leading, in milliseconds. */
  readonly heartbeatMs?: number;
}

/**
 * Leadership by a session's advisory lock in PostgreSQL, on a connection of its own: the lock ends with the
 * session, so a process that dies is followed at once by another. The address must lead to PostgreSQL itself or
 * to a pooler in session mode.
 */
export class PostgresLeadership implements Leadership {
  private client: pg.Client | undefined;

  constructor(private readonly options: LeadershipOptions) {}

  async tryToLead(onNotification: () => void): Promise<Term | undefined> {
    try {
      const client = (this.client ??= await this.connect());
      const { rows } = await client.query<{ leading: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leading',
        [this.options.name],
      );
      if (!rows[0]?.leading) return undefined;
      client.on('notification', onNotification);
      await client.query(`LISTEN ${pg.escapeIdentifier(this.options.channel)}`);
      this.client = undefined; // from here on it belongs to the term
      return this.begin(client);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client) await end(client);
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.options.databaseUrl,
      application_name: this.options.name,
      connectionTimeoutMillis: 3_000,
      query_timeout: 3_000,
      keepAlive: true,
    });
    client.on('error', () => undefined); // it is followed by `end`
    client.once('end', () => {
      if (this.client === client) this.client = undefined;
    });
    try {
      await client.connect();
    } catch (error) {
      await end(client);
      throw error;
    }
    return client;
  }

  private begin(client: pg.Client): Term {
    const lost = new AbortController();
    const abort = () => lost.abort();
    client.once('end', abort);
    client.once('error', abort);
    // A connection that broke without a word is noticed only by using it.
    const heartbeat = setInterval(
      () =>
        void client.query('SELECT 1').catch(() => {
          abort();
          void end(client);
        }),
      this.options.heartbeatMs ?? 1_000,
    );
    lost.signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true });
    return {
      lost: lost.signal,
      release: async () => {
        abort();
        await end(client);
      },
    };
  }
}

/** Ends the session; a server that does not answer is left behind. */
async function end(client: pg.Client): Promise<void> {
  const closed = client.end().catch(() => undefined);
  await Promise.race([closed, pause(1_000, undefined, { ref: false })]);
}
