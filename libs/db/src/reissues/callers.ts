import { sql } from 'kysely';
import type { RoleDatabase } from '../database.js';

/** A caller calls few times in one trace. */
const mostOfOneTrace = 20;

/** The reissues of the calls that a request with this trace brought in, newest call first. */
export async function reissuesOfTrace(db: RoleDatabase<'ops'>, traceId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT reissue_id AS id FROM received_call WHERE trace_id = ${traceId}
    GROUP BY reissue_id ORDER BY max(received_at) DESC LIMIT ${mostOfOneTrace}`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * The pseudonyms of the customers with this name and mobile number.
 *
 * @param mobile digits only
 */
export async function customerRefsOf(
  db: RoleDatabase<'ops'>,
  name: string,
  mobile: string,
): Promise<string[]> {
  const { rows } = await sql<{ ref: string }>`SELECT customer_refs_of(${name}, ${mobile}) AS ref`.execute(db);
  return rows.map(({ ref }) => ref);
}
