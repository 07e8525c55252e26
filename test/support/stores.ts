import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { databaseUrlOf } from './app-environment.js';
import type { Canary } from './canaries.js';
import type { CanaryScanner } from './canary-scanner.js';

/** A canary and the place where it was found. */
export interface Finding {
  readonly canary: Canary;
  readonly where: string;
}

const batch = 500;
/** Kafka's index files contain offsets only; they are large and nearly all zeros. */
const isIndex = /\.(time)?index$/;

/** A superuser's connection to a database of the cluster. */
export async function connectAsAdmin(database: string): Promise<pg.Client> {
  const url = new URL(databaseUrlOf('admin'));
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}

/** Decompresses histories and bundles. A canary cannot be found in compressed data. */
function unpacked(value: Buffer): Buffer {
  if (value[0] !== 0x1f || value[1] !== 0x8b) return value;
  try {
    return gunzipSync(value);
  } catch {
    return value; // random bytes may begin with the same two bytes
  }
}

/**
 * Searches every column of every table of a database: binary columns as bytes, decompressed if needed, all others as text.
 */
export async function scanDatabase(client: pg.Client, scanner: CanaryScanner): Promise<Finding[]> {
  const { rows: columns } = await client.query<{ relation: string; name: string; binary: boolean }>(`
    select attrelid::regclass::text as relation, quote_ident(attname) as name, atttypid = 'bytea'::regtype as binary
    from pg_attribute
      join pg_class on pg_class.oid = attrelid
      join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'm') and attnum > 0 and not attisdropped
      and nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg_toast%'
      and (not pg_is_other_temp_schema(relnamespace))`);
  const findings: Finding[] = [];
  for (const [relation, its] of Map.groupBy(columns, (column) => column.relation)) {
    const list = its.map(({ name, binary }) => (binary ? name : `${name}::text`)).join(', ');
    await client.query('begin');
    await client.query(`declare everything cursor for select ${list} from ${relation}`);
    for (;;) {
      const { rows } = await client.query<(Buffer | string | null)[]>({
        text: `fetch ${batch} from everything`,
        rowMode: 'array',
      });
      for (const row of rows)
        for (const [index, value] of row.entries()) {
          if (value === null) continue;
          for (const canary of scanner.find(unpacked(Buffer.from(value as string))))
            findings.push({ canary, where: `${relation}.${its[index]!.name}` });
        }
      if (rows.length < batch) break;
    }
    await client.query('commit');
  }
  return findings;
}

/** Searches the bytes of every file in a folder. */
export function scanFolder(folder: string, scanner: CanaryScanner): Finding[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return files
    .filter((file) => statSync(file).isFile() && !isIndex.test(file))
    .flatMap((file) => [...scanner.find(readFileSync(file))].map((canary) => ({ canary, where: file })));
}
