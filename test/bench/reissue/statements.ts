import pg from 'pg';
import { databaseUrlOf } from '../../support/app-environment.js';

/** Statements of one role. */
export interface Statements {
  readonly statements: number;
  /** BEGIN, COMMIT, ROLLBACK and savepoints. They are not among the statements. */
  readonly transactionControl: number;
}

/** One statement of a role, and its time in the server. */
export interface ListedStatement {
  readonly role: string;
  readonly query: string;
  readonly calls: number;
  readonly ms: number;
}

/** By role, without the prefix `reseal_`. */
export type StatementsByRole = Readonly<Record<string, Statements>>;

const none: Statements = { statements: 0, transactionControl: 0 };

/** Counts the statements that each role has sent. Those inside functions and triggers do not count. */
export class StatementCounter {
  private constructor(private readonly client: pg.Client) {}

  static async open(): Promise<StatementCounter> {
    const client = new pg.Client(databaseUrlOf('admin'));
    await client.connect();
    await client.query('create extension if not exists pg_stat_statements');
    return new StatementCounter(client);
  }

  async read(): Promise<StatementsByRole> {
    const { rows } = await this.client.query<{ role: string; control: boolean; calls: number }>(
      `select replace(rolname, 'reseal_', '') as role,
              query ~* '^\\s*(begin|start transaction|commit|rollback|savepoint|release)' as control,
              sum(calls)::float8 as calls
         from pg_stat_statements join pg_roles on pg_roles.oid = userid
        where rolname like 'reseal\\_%' group by 1, 2`,
    );
    const byRole: Record<string, Statements> = {};
    for (const { role, control, calls } of rows)
      byRole[role] = {
        ...(byRole[role] ?? none),
        ...(control ? { transactionControl: calls } : { statements: calls }),
      };
    return byRole;
  }

  /** The calls of each statement so far, without the control of transactions. */
  async list(): Promise<ListedStatement[]> {
    const { rows } = await this.client.query<ListedStatement>(
      `select replace(rolname, 'reseal_', '') as role, query, sum(calls)::float8 as calls, sum(total_exec_time) as ms
         from pg_stat_statements join pg_roles on pg_roles.oid = userid
        where rolname like 'reseal\\_%' and rolname <> 'reseal_temporal'
          and not query ~* '^\\s*(begin|start transaction|commit|rollback|savepoint|release)'
        group by 1, 2`,
    );
    return rows;
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** The statements between two readings. */
export function statementsBetween(before: StatementsByRole, after: StatementsByRole): StatementsByRole {
  return Object.fromEntries(
    Object.entries(after).map(([role, now]) => {
      const then = before[role] ?? none;
      return [
        role,
        {
          statements: now.statements - then.statements,
          transactionControl: now.transactionControl - then.transactionControl,
        },
      ];
    }),
  );
}

/** The statements between two lists, the most frequent ones first. */
export function listedBetween(
  before: readonly ListedStatement[],
  after: readonly ListedStatement[],
): ListedStatement[] {
  const key = ({ role, query }: ListedStatement) => `${role} ${query}`;
  const then = new Map(before.map((statement) => [key(statement), statement]));
  return after
    .map((now) => {
      const { calls = 0, ms = 0 } = then.get(key(now)) ?? {};
      return { ...now, calls: now.calls - calls, ms: now.ms - ms };
    })
    .filter(({ calls }) => calls > 0)
    .sort((one, other) => other.calls - one.calls);
}
