import { sql } from 'kysely';
import type { Database } from '../database.js';

/** How many values depend on one registry key. */
export interface RegistryUse {
  readonly keyId: string;
  /** Customer keys that it wraps. */
  readonly customerKeys: number;
  /** Numbers that it seals itself: those from before customers had keys. */
  readonly numbers: number;
  /** Lookup digests that it makes. */
  readonly lookups: number;
}

export interface RegistryOverview {
  readonly uses: readonly RegistryUse[];
  readonly numbers: number;
  /** Numbers on file without a lookup digest. */
  readonly notFound: number;
  readonly erased: number;
}

/** Counts the registry's values by registry key. */
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
