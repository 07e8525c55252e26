import { createSession } from '../timeout-client.js';
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
  /** Throws while this process is to do no work: it does not lead then. */
  readonly admit?: (() => void) | undefined;
}

const admitEveryMs = 250;

/**
 * Leadership by a session's advisory lock in PostgreSQL, on a connection of its own: the lock ends with the
 * session, so a process that dies is followed at once by another, and one that fell silent after eight seconds. The
 * address must lead to PostgreSQL itself or to a pooler in session mode.
 */
export class PostgresLeadership implements Leadership {
  private client: pg.Client | undefined;

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
    const { databaseUrl, name } = this.options;
    const client = createSession({ databaseUrl, applicationName: name });
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
