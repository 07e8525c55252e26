import {
  CompiledQuery,
  DummyDriver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  Transaction,
  type ConnectionProvider,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import type { Database, Privilege, Tx } from './database.js';
import { isOutdatedStatement } from './statement-names.js';
import type { Tables } from './tables.js';

/**
 * Runs `work` in one transaction at READ COMMITTED. Row locks make concurrent steps run one after another.
 *
 * Statements that do not wait for each other, as in `Promise.all([one(tx), other(tx)])`, go out together and run in this
 * order. After a statement has failed, all later ones fail, and the caller gets the first error. `work` runs again,
 * after the rollback, if a migration outdated a prepared statement.
 */
export async function inTransaction<T, P extends Privilege>(
  db: Database<P>,
  work: (tx: Tx<P>) => Promise<T>,
): Promise<T> {
  try {
    return await attempt(db, work);
  } catch (error) {
    if (!isOutdatedStatement(error)) throw error;
    return attempt(db, work);
  }
}

function attempt<T, P extends Privilege>(db: Database<P>, work: (tx: Tx<P>) => Promise<T>): Promise<T> {
  if (db.isTransaction) throw new Error('invariant violated: a transaction within a transaction');
  const executor = db.getExecutor();
  return executor.provideConnection(async (connection) => {
    const statements = new TransactionStatements(connection);
    const tx = new Transaction<Tables>({ ...parts, executor: executor.withConnectionProvider(statements) });
    const committed: ((db: Database) => void)[] = [];
    afterCommits.set(tx, committed);
    try {
      const result = await work(tx);
      await statements.commit();
      for (const each of committed) each(db as Database);
      return result;
    } catch (error) {
      await statements.rollback();
      throw statements.causeOf(error);
    }
  });
}

/** What Kysely needs for a transaction apart from the executor, which sends the statements. */
const dialect: Dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};
const parts = { config: { dialect }, dialect, driver: new DummyDriver() };

/** What is to run after the commits of the transactions under way. */
const afterCommits = new WeakMap<object, ((db: Database) => void)[]>();

/**
 * Runs `work` with the database once the transaction is committed, and never if it is not. `work` must not throw: what was
 * committed would be reported as failed. If the answer to the commit is lost, `work` does not run although the commit may
 * have taken place.
 */
export function afterCommit<P extends Privilege>(tx: Tx<P>, work: (db: Database) => void): void {
  afterCommits.get(tx)?.push(work);
}

const failedTransaction = '25P02';

/**
 * The statements of one transaction. Kysely's own transactions send the next one only after the answer to the last. Here
 * each is sent at once, after BEGIN.
 */
class TransactionStatements implements ConnectionProvider, DatabaseConnection {
  private readonly begun: Promise<unknown>;
  /** Whether BEGIN is answered, or statements wait for its answer. */
  private state: 'beginning' | 'waiting' | 'open' | 'over' = 'beginning';
  private failure: Error | undefined;

  constructor(private readonly connection: DatabaseConnection) {
    this.begun = this.send('begin').then(() => {
      if (this.state !== 'over') this.state = 'open';
    });
    this.begun.catch(() => undefined); // each later statement or COMMIT reports it
  }

  provideConnection<T>(consumer: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    return consumer(this);
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    this.requireOpen();
    // If BEGIN failed, a write that was sent with it would be committed by itself. A read does no harm.
    if (this.state === 'waiting' || (this.state === 'beginning' && !/^\s*select\b/i.test(query.sql))) {
      this.state = 'waiting';
      await this.begun;
      this.requireOpen();
    }
    try {
      return await this.connection.executeQuery<R>(query);
    } catch (error) {
      this.failure ??= error as Error;
      throw error;
    }
  }

  streamQuery(): never {
    throw new Error('invariant violated: a transaction reads no streams');
  }

  async commit(): Promise<void> {
    await this.begun;
    this.state = 'over';
    // PostgreSQL answers ROLLBACK if a statement has failed, even if `work` caught its error.
    const { rows } = await this.send('commit');
    if (rows[0]?.command === 'ROLLBACK') throw this.failure ?? new Error('the transaction was rolled back');
  }

  /** Waits until all statements are answered. A connection that cannot roll back is lost, and leaves the pool. */
  async rollback(): Promise<void> {
    this.state = 'over';
    await this.send('rollback').catch(() => undefined);
  }

  /** The first failure, if the error only says that there was one. */
  causeOf(error: unknown): unknown {
    const { code } = error as { code?: unknown };
    return code === failedTransaction && this.failure ? this.failure : error;
  }

  private send(text: string): Promise<QueryResult<{ command?: string }>> {
    return this.connection.executeQuery(CompiledQuery.raw(text));
  }

  /** A statement that is sent after COMMIT or ROLLBACK would be committed by itself. */
  private requireOpen(): void {
    if (this.state === 'over') throw new Error('invariant violated: the transaction is over');
  }
}
