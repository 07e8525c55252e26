import pg from 'pg';
import { createSession, type Session } from '../session.js';

/** A period during which only this process leads. */
export interface Term {
  /** Aborts when the lock may have been lost. */
  readonly lost: AbortSignal;
  /** Releases the lock. */
  release(): Promise<void>;
}

export interface Leadership {
  /**
   * Tries once to lead; undefined while another process does.
   *
   * @throws if PostgreSQL does not answer
   */
  tryToLead(onNotification: () => void): Promise<Term | undefined>;
  /** Closes the connection used for trying. */
  close(): Promise<void>;
}

export interface LeadershipOptions {
  readonly databaseUrl: string;
  /** The name of the work. The key of the advisory lock is derived from it. */
  readonly name: string;
  /** NOTIFY channel to listen to while leading. PostgreSQL wakes every listening session for each notification of any. */
  readonly channel?: string;
  /** Throws while this process must do no work, so that it does not lead. */
  readonly admit?: (() => void) | undefined;
}

const admitEveryMs = 250;

/**
 * Leadership by an advisory lock of a PostgreSQL session, on a separate connection. The lock ends with the session, so
 * another process takes over at once if the leader dies, and after eight seconds if it stops answering. The URL must lead to
 * PostgreSQL itself or to a pooler in session mode.
 */
export class PostgresLeadership implements Leadership {
  private client: Session | undefined;

  constructor(private readonly options: LeadershipOptions) {}

  async tryToLead(onNotification: () => void): Promise<Term | undefined> {
    this.options.admit?.();
    try {
      const client = (this.client ??= await this.connect());
      const { rows } = await client.query<{ leading: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leading',
        [this.options.name],
      );
      if (!rows[0]?.leading) return undefined;
      const { channel } = this.options;
      client.on('notification', onNotification);
      if (channel !== undefined) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      this.client = undefined; // the term owns it from here on
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

  private async connect(): Promise<Session> {
    const { databaseUrl, name } = this.options;
    const client = createSession({ databaseUrl, applicationName: name });
    client.on('error', () => undefined); // `end` follows
    client.once('end', () => {
      if (this.client === client) this.client = undefined;
    });
    try {
      await client.open();
    } catch (error) {
      await end(client);
      throw error;
    }
    return client;
  }

  private mayLead(): boolean {
    try {
      this.options.admit?.();
      return true;
    } catch {
      return false;
    }
  }

  private begin(client: pg.Client): Term {
    const lost = new AbortController();
    const abort = () => lost.abort();
    client.once('end', abort);
    client.once('error', abort);
    const watch = setInterval(() => this.mayLead() || abort(), admitEveryMs).unref();
    lost.signal.addEventListener('abort', () => clearInterval(watch), { once: true });
    return {
      lost: lost.signal,
      release: async () => {
        abort();
        await end(client);
      },
    };
  }
}

async function end(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}
