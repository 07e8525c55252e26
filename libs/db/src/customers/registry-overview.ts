import { sql } from 'kysely';
import type { Database } from '../database.js';

/** How much is kept under one key of the registry. */
export interface RegistryUse {
  readonly keyId: string;
  /** Keys of customers that it wraps. */
  readonly customerKeys: number;
  /** Numbers that it seals itself, as they were before customers had keys. */
  readonly numbers: number;
  /** Numbers that are found through it. */
  readonly lookups: number;
}

export interface RegistryOverview {
  readonly uses: readonly RegistryUse[];
  readonly numbers: number;
  /** Numbers on file that cannot be found. */
  readonly notFound: number;
  readonly erased: number;
}

/** What of the bank's registry is kept under which of its keys. */
export async function registryOverview(db: Database): Promise<RegistryOverview> {
  const uses = await sql<RegistryUse>`
    select key_id as "keyId", sum(customer_keys)::int as "customerKeys", sum(numbers)::int as numbers,
      sum(lookups)::int as lookups
    from (
      select key_id, 1 as customer_keys, 0 as numbers, 0 as lookups from customer_key where wrapped is not null
      union all
      select key_id, 0, 1, 0 from customer_rrn where sealed is not null and sealed_by = 'REGISTRY'
      union all
      select split_part(lookup, ':', 1), 0, 0, 1 from customer_rrn where lookup is not null
    ) as kept
    group by key_id order by key_id
  `.execute(db);
  const counts = await sql<Omit<RegistryOverview, 'uses'>>`
    select count(sealed)::int as numbers, count(*) filter (where sealed is not null and lookup is null)::int as "notFound",
      count(erased_at)::int as erased
    from customer_rrn
  `.execute(db);
  return { uses: uses.rows, ...counts.rows[0]! };
}
