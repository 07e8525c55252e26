import type { CustomerFactKind, IdentityMethod } from '#libs/domain';
import { sql, type RawBuilder } from 'kysely';
import type { Database, Tx } from '../database.js';

/** What the database knows that says how risky a reissue is. Times are ISO 8601. */
export interface RiskSigns {
  /** Whether the customer proved their identity on this device before the reissue began. */
  readonly knowsDevice: boolean;
  /** Reissues since the beginning of the day: in the name of the person, and on the device. At most 1,000 are counted. */
  readonly startsOfPerson: number;
  readonly startsOnDevice: number;
  /** In how many persons' names those on the device are. */
  readonly personsOnDevice: number;
  /** Wrong answers in those reissues, without this one. */
  readonly triesOfPerson: number;
  readonly triesOnDevice: number;
  /** By the answers of the telecom company in this reissue. */
  readonly simChangedAt: string | null;
  readonly customerSince: string | null;
  /** Since when each fact holds that the bank's events say about the customer; null if there is none. */
  readonly saidByBank: Readonly<Partial<Record<CustomerFactKind, string>>> | null;
  /** Of the certificate on file. */
  readonly certificatePolicy: string | null;
  /** The identity methods of this reissue; null if it has used none. */
  readonly methods: readonly SignOfMethod[] | null;
}

export interface SignOfMethod {
  readonly method: IdentityMethod;
  readonly tries: number;
  readonly locked: boolean;
  readonly verified: boolean;
}

export type RiskSignPrivilege =
  | 'select certificate'
  | 'select customer'
  | 'select customer_fact'
  | 'select identity_method'
  | 'select identity_try'
  | 'select known_device'
  | 'select reissue';

/** Reads the signs for a reissue. @param day when the day began */
export async function riskSigns(
  db: Database<RiskSignPrivilege> | Tx<RiskSignPrivilege>,
  reissueId: string,
  day: Date,
): Promise<RiskSigns> {
  const { rows } = await sql<{ signs: RiskSigns }>`SELECT ${riskSignsOf(reissueId, day)} AS signs`.execute(
    db,
  );
  return rows[0]!.signs;
}

/** The signs as one JSON value, for a statement that reads more. */
export const riskSignsOf = (reissueId: string, day: Date): RawBuilder<RiskSigns> => sql`(
  SELECT jsonb_build_object(
    'knowsDevice', EXISTS (
      SELECT FROM known_device
      WHERE customer_id = own.customer_id AND device = own.device AND first_seen_at < own.created_at
    ),
    'startsOfPerson', of_person.starts, 'triesOfPerson', of_person.tries,
    'startsOnDevice', on_device.starts, 'triesOnDevice', on_device.tries, 'personsOnDevice', on_device.persons,
    'simChangedAt', (SELECT max(sim_changed_at) FROM identity_try WHERE reissue_id = own.reissue_id),
    'customerSince', (SELECT created_at FROM customer WHERE customer_id = own.customer_id),
    'saidByBank', (
      SELECT jsonb_object_agg(kind, since) FROM customer_fact
      WHERE customer_ref = own.customer_ref AND since IS NOT NULL
    ),
    'certificatePolicy', (
      SELECT policy FROM certificate WHERE customer_id = own.customer_id AND on_file ORDER BY created_at DESC LIMIT 1
    ),
    'methods', (
      SELECT jsonb_agg(jsonb_build_object('method', method, 'tries', tries, 'locked', locked,
        'verified', verified_at IS NOT NULL) ORDER BY method)
      FROM identity_method WHERE reissue_id = own.reissue_id
    )
  )
  FROM reissue AS own,
    LATERAL (
      SELECT count(*) AS starts, coalesce(sum(wrong.tries), 0) AS tries
      FROM (
        SELECT reissue_id FROM reissue WHERE customer_ref = own.customer_ref AND created_at >= ${day} LIMIT 1000
      ) AS started, LATERAL (
        SELECT sum(tries) AS tries FROM identity_method
        WHERE reissue_id = started.reissue_id AND reissue_id <> own.reissue_id
      ) AS wrong
    ) AS of_person,
    LATERAL (
      SELECT count(*) AS starts, count(DISTINCT customer_ref) AS persons, coalesce(sum(wrong.tries), 0) AS tries
      FROM (
        SELECT reissue_id, customer_ref FROM reissue WHERE device = own.device AND created_at >= ${day} LIMIT 1000
      ) AS started, LATERAL (
        SELECT sum(tries) AS tries FROM identity_method
        WHERE reissue_id = started.reissue_id AND reissue_id <> own.reissue_id
      ) AS wrong
    ) AS on_device
  WHERE own.reissue_id = ${reissueId}
)`;
