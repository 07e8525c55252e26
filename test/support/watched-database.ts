import { Kysely, PostgresDialect, type DatabaseConnection, type Driver } from 'kysely';
import pg from 'pg';
import type { Database } from '#libs/db';

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
    super({ pool: new pg.Pool({ connectionString: url, application_name: 'watched' }) });
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const { watch } = this;
    const numbers = new WeakMap<DatabaseConnection, number>();
    let transactions = 0;
    const begin = driver.beginTransaction.bind(driver);
    const commit = driver.commitTransaction.bind(driver);
    driver.beginTransaction = async (connection, settings) => {
      const number = (transactions += 1);
      numbers.set(connection, number);
      await watch.beforeBegin?.(number);
      await begin(connection, settings);
    };
    driver.commitTransaction = async (connection) => {
      const number = numbers.get(connection) ?? 0;
      await watch.beforeCommit?.(number);
      await commit(connection);
      await watch.afterCommit?.(number);
    };
    return driver;
  }
}
