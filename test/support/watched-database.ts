import { Kysely, PostgresDialect, type DatabaseConnection, type Driver } from 'kysely';
import pg from 'pg';
import type { Database } from '#libs/db';

/** What happens around the transactions of a database; each has the number of its transaction, from 1. */
export interface Watch {
  readonly beforeBegin?: (transaction: number) => void | Promise<void>;
  /** Throwing here keeps the transaction from being committed. */
  readonly beforeCommit?: (transaction: number) => void | Promise<void>;
  /** Throwing here loses the answer to a commit that happened. */
  readonly afterCommit?: (transaction: number) => void | Promise<void>;
}

/** A database where somebody looks on, who may end it all at a chosen moment. */
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
