import {
  Kysely,
  PostgresDialect,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';
import { createPool, type Database } from '#libs/db';

/** Hooks around the transactions of a database. Each gets the number of the transaction, from 1. */
export interface Watch {
  readonly beforeBegin?: (transaction: number) => void | Promise<void>;
  /** If it throws, the transaction is not committed. */
  readonly beforeCommit?: (transaction: number) => void | Promise<void>;
  /** If it throws, the answer to a successful commit is lost. */
  readonly afterCommit?: (transaction: number) => void | Promise<void>;
}

/** A database with hooks, in which a test can kill its process. */
export function watchedDatabase(url: string, watch: Watch): Database {
  return new Kysely({ dialect: new WatchedDialect(url, watch) });
}

class WatchedDialect extends PostgresDialect {
  constructor(
    url: string,
    private readonly watch: Watch,
  ) {
    super({ pool: createPool({ url, applicationName: 'watched' }) });
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    const watched = new WeakSet<DatabaseConnection>();
    let transactions = 0;
    driver.acquireConnection = async (options) => {
      const connection = await acquire(options);
      if (!watched.has(connection)) watchStatements(connection, this.watch, () => (transactions += 1));
      watched.add(connection);
      return connection;
    };
    return driver;
  }
}

/** Calls the hooks around BEGIN and COMMIT. Statements run one after another: those behind a hook wait for it. */
function watchStatements(connection: DatabaseConnection, watch: Watch, nextNumber: () => number): void {
  const execute = connection.executeQuery.bind(connection);
  let number = 0;
  let last: Promise<unknown> = Promise.resolve();
  async function executeWatched<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (query.sql === 'begin') {
      number = nextNumber();
      await watch.beforeBegin?.(number);
    }
    if (query.sql !== 'commit') return execute<R>(query);
    await watch.beforeCommit?.(number);
    const answer = await execute<R>(query);
    await watch.afterCommit?.(number);
    return answer;
  }
  connection.executeQuery = <R>(query: CompiledQuery) => {
    const answer = last.then(() => executeWatched<R>(query));
    last = answer.catch(() => undefined);
    return answer;
  };
}
