import { sql, type QueryExecutorProvider } from 'kysely';

/** A column, as `table.column`, and the values that its CHECK constraint lists. */
export interface ListedValues {
  readonly column: string;
  readonly values: readonly string[];
}

/** A condition on `pg_class`: the tables that migrations created, without the list of migrations itself. */
export const ownTables = sql`relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migration'`;

/** The columns, as `table.column`, that have a CHECK constraint with a list of values. */
export async function listedValuesOf(owner: QueryExecutorProvider): Promise<ListedValues[]> {
  const { rows } = await sql<{ column: string; definition: string }>`
    SELECT relname || '.' || attname AS column, pg_get_expr(conbin, conrelid) AS definition
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'c' AND convalidated AND cardinality(conkey) = 1 AND ${ownTables}
    ORDER BY 1`.execute(owner);
  return rows.flatMap(({ column, definition }) => {
    const list = /(?:= ANY|<@) \(?ARRAY\[(.*)\]\)?/s.exec(definition)?.[1];
    if (list === undefined) return [];
    return [{ column, values: [...list.matchAll(/'([^']*)'::text/g)].map(([, value]) => value!) }];
  });
}
