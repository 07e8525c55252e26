import type pg from 'pg';
import { inChildSpan } from '#libs/observability';
import { countStatement } from './sql-metrics.js';
import { isOutdatedStatement, type StatementNames } from './statement-names.js';
import { keepAlive, sessionOptions, TimeoutClient, type Timeouts } from './timeout-client.js';

/** The server's limit. It is shorter than the client's, because the server's error says more. */
const statementTimeoutMs = 8_000;
const timeouts: Timeouts = { statementMs: 9_000, silenceMs: 2_000, testMs: 3_000 };

/**
 * A prepared statement may be planned while its tables are still empty. A sequential scan chosen then is slow once they have
 * grown, and so is a join by hash or merge, which reads a whole index. All statements of the apps find few rows by indexes, so
 * that PostgreSQL needs no statistics to choose well: it looks up each row of a join.
 */
const planning = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', jit: 'off' };

/**
 * Otherwise PostgreSQL plans a statement with an array again at each use: for the length of this array it expects fewer rows
 * than for any array.
 */
const keptPlans = { ...planning, plan_cache_mode: 'force_generic_plan' };

/** A statement's span: its first word and its first table. Values are no part of it. */
const spanOf = (text: string) => {
  const [, operation = 'SQL'] = /^\s*(\w+)/.exec(text) ?? [];
  const [, table] = /\b(?:from|into|update)\s+"?(\w+)"?/i.exec(text) ?? [];
  const name = operation.toUpperCase();
  return {
    name: table ? `${name} ${table}` : name,
    options: {
      kind: 'client' as const,
      attributes: {
        'db.system.name': 'postgresql',
        'db.operation.name': name,
        ...(table && { 'db.collection.name': table }),
      },
    },
  };
};

type Query = (...args: unknown[]) => Promise<pg.QueryResult>;

/**
 * A connection of a pool. Statements that do not wait for each other go out together (pipelining), and are prepared. It is
 * tested every two seconds, so the server may end a session that is idle much longer.
 */
export class PooledClient extends TimeoutClient {
  static readonly settings = {
    ...keepAlive,
    pipeline: true,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 10_000,
    options: sessionOptions(75_000, planning),
  };
  /** `options` of sessions that plan each prepared statement once, for all values of its parameters. */
  static readonly optionsKeepingPlans = sessionOptions(75_000, keptPlans);

  private readonly names: StatementNames;

  constructor(config: pg.ClientConfig & { readonly names: StatementNames }) {
    super(config, timeouts);
    this.names = config.names;
  }

  /** Prepares the statement in the form in which Kysely calls it, with text and values. */
  override query(...args: never[]): never {
    const [text, values, callback] = args as unknown[];
    if (typeof text !== 'string' || !Array.isArray(values) || callback) return super.query(...args);
    return inChildSpan(
      () => spanOf(text),
      () => this.ask(text, values),
    ) as never;
  }

  private async ask(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    const name = this.names.nameOf(text);
    countStatement(text, name !== undefined);
    this.cork();
    if (name === undefined) return this.sendUnprepared(text, values);
    try {
      return await this.send({ name, text, values });
    } catch (error) {
      if (!isOutdatedStatement(error)) throw error;
      this.names.renew(text, name);
      // Within a transaction everything has failed, and its caller runs it again.
      if (this.getTransactionStatus() !== 'I') throw error;
      return this.sendUnprepared(text, values);
    }
  }

  private async sendUnprepared(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.send(text, values);
    } catch (error) {
      // Whatever the reason, its transaction may still be open, and the next caller must not be in it.
      if (text === 'rollback') this.connection.stream.destroy();
      throw error;
    }
  }

  private send(...args: unknown[]): Promise<pg.QueryResult> {
    return (super.query as unknown as Query).apply(this, args);
  }

  /** Sends in one packet what is asked before the event loop goes on. */
  private cork(): void {
    const { stream } = this.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
}
