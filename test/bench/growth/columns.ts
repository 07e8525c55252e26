import type pg from 'pg';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** The columns of tables, by the name of the table. */
export type ColumnsOf = ReadonlyMap<string, readonly Column[]>;

/** The columns of all tables that a statement may set. */
export async function readColumns(admin: pg.Client): Promise<ColumnsOf> {
  const { rows } = await admin.query<Column>(`
    select table_name as table, column_name as name, data_type as type
      from information_schema.columns join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE' and is_identity = 'NO' and is_generated = 'NEVER'
     order by table_name, ordinal_position`);
  return Map.groupBy(rows, ({ table }) => table);
}

/** Columns whose values differ from one reissue to the next. The same value is copied alike in every table. */
const ofReissue: ReadonlySet<string> = new Set([
  'challenge_id',
  'handle',
  'jti',
  'key_thumbprint',
  'personal_digest',
  'receipt_id',
  'serial',
  'spki_sha256',
  'tbs_digest',
  'transaction_id',
]);
/** Columns whose values differ from one customer to the next, and are the same in all reissues of a customer. */
const ofCustomer: ReadonlySet<string> = new Set([
  'ci',
  'customer_ref',
  'device',
  'enrolment_id',
  'lookup',
  'old_serial',
  'person_key',
]);

/** The number of reissues of a customer. */
export const reissuesPerCustomer = 4;

/** The number of the copied reissue in a statement, and of its customer. */
const reissueNumber = 'n';
const customerNumber = `(n / ${reissuesPerCustomer})`;

/**
 * The value of a column in copy `n` of a row: identifiers are new, times lie within two years, everything else is as in
 * the row.
 *
 * @param total the number of copies when all are made; the newest is of today
 */
export function copiedValue(
  { table, name, type }: Column,
  total: number,
  scope: 'reissue' | 'customer',
): string {
  const number = scope === 'reissue' ? reissueNumber : customerNumber;
  if (name === 'reissue_id' || name === 'stream')
    return scope === 'reissue' ? `'ri_' || md5('copy' || ${reissueNumber})` : 'null';
  if (name === 'customer_id') return `md5('copy' || ${customerNumber})::uuid`;
  if (name === 'mobile' || name === 'applicant_mobile')
    return `'019' || lpad(${customerNumber}::text, 8, '0')`;
  if (table === 'certificate' && name === 'on_file')
    return `row.on_file and n % ${reissuesPerCustomer} = ${reissuesPerCustomer - 1}`;
  if (name === 'receipt_number') return 'new_receipt_number()';
  // Long archived: the copies have no histories in Temporal.
  if (table === 'reissue' && name === 'archived_at') return copiedTime('ended_at', total);
  if (ofReissue.has(name)) return `md5(row.${name} || ${number})`;
  if (ofCustomer.has(name)) return `md5(row.${name} || ${customerNumber})`;
  return type === 'timestamp with time zone' ? copiedTime(name, total) : `row."${name}"`;
}

const copiedTime = (name: string, total: number) =>
  `row."${name}" - interval '2 years' * (1 - n::float8 / ${total})`;
