import { setByTrigger } from '../../libs/db/src/column-types.js';
import { sql, type QueryExecutorProvider } from 'kysely';
import { listedValuesOf, ownTables } from './listed-values.js';

/** A column of a migrated database, as PostgreSQL's catalog describes it. */
interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
}

async function columnsOf(owner: QueryExecutorProvider): Promise<Column[]> {
  const { rows } = await sql<Column>`
    SELECT relname AS "table", attname AS name, format_type(atttypid, NULL) AS type, NOT attnotnull AS nullable,
      atthasdef AND attgenerated = '' OR attidentity = 'd' AS "hasDefault",
      attgenerated <> '' OR attidentity = 'a' AS generated
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE attnum > 0 AND NOT attisdropped AND ${ownTables}
    ORDER BY relname COLLATE "C", attnum`.execute(owner);
  return rows;
}

const typesInTypeScript: Readonly<Record<string, string>> = {
  bigint: 'Bigint',
  boolean: 'boolean',
  bytea: 'Buffer',
  date: 'string',
  integer: 'number',
  name: 'string',
  numeric: 'string',
  smallint: 'number',
  text: 'string',
  'timestamp with time zone': 'Date',
  uuid: 'string',
};

function typeOf(column: Column, listed: ReadonlySet<string>): string {
  const key = `${column.table}.${column.name}`;
  if (column.type === 'jsonb') return `${column.nullable ? 'NullableJson' : 'Json'}<'${key}'>`;
  const isArray = column.type.endsWith('[]');
  const plain = listed.has(key) ? `Value<'${key}'>` : typesInTypeScript[column.type.replace('[]', '')];
  if (plain === undefined) throw new Error(`${key} has a type that is not mapped: ${column.type}`);
  const read = `${plain}${isArray ? '[]' : ''}${column.nullable ? ' | null' : ''}`;
  if (setByTrigger.includes(key)) return `SetByTrigger<${read}>`;
  if (column.generated) return `GeneratedAlways<${read === 'Bigint' ? 'string' : read}>`;
  return column.hasDefault ? `Generated<${read}>` : read;
}

/** The text of `libs/db/src/tables.ts`: an interface with the columns of every table. */
export async function renderTables(owner: QueryExecutorProvider): Promise<string> {
  const listed = new Set((await listedValuesOf(owner)).map(({ column }) => column));
  const tables = Map.groupBy(await columnsOf(owner), ({ table }) => table);
  const members = [...tables].map(([table, columns]) => {
    const lines = columns.map((column) => `    ${column.name}: ${typeOf(column, listed)};\n`);
    return `  ${table}: {\n${lines.join('')}  };\n`;
  });
  return (
    `${header}import type { Generated, GeneratedAlways } from 'kysely';\n` +
    `import type { Bigint, Json, NullableJson, SetByTrigger, Value } from './column-types.js';\n\n` +
    `export interface Tables {\n${members.join('')}}\n`
  );
}

/** The text of `libs/db/src/grants.ts`: what each role may do to which table, at least to some of its columns. */
export async function renderGrants(owner: QueryExecutorProvider, roles: readonly string[]): Promise<string> {
  const { rows } = await sql<{ role: string; table: string; privileges: string[] }>`
    SELECT role, relname AS "table", array_agg(lower(privilege) ORDER BY place) AS privileges
    FROM unnest(${roles}::text[]) AS role,
      unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS privileges (privilege, place), pg_class
    WHERE ${ownTables} AND CASE WHEN privilege = 'DELETE' THEN has_table_privilege('reseal_' || role, pg_class.oid, privilege)
      ELSE has_any_column_privilege('reseal_' || role, pg_class.oid, privilege) END
    GROUP BY role, relname ORDER BY role COLLATE "C", relname COLLATE "C"`.execute(owner);
  const members = [...Map.groupBy(rows, ({ role }) => role)].map(([role, grants]) => {
    const lines = grants.map(
      ({ table, privileges }) =>
        `    ${table}: ${privileges.map((privilege) => `'${privilege}'`).join(' | ')};\n`,
    );
    return `  ${role}: {\n${lines.join('')}  };\n`;
  });
  return `${header}export interface Grants {\n${members.join('')}}\n`;
}

const header = '// Generated from the migrated database by `npm run db:types`. Do not edit.\n';
