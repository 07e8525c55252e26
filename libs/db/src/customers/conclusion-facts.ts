import { sql } from 'kysely';
import type { Tx } from '../database.js';
import { riskSignsOf, type RiskSignPrivilege, type RiskSigns } from '../risk/risk-signs.js';
import type { CertificateRow, ReissueRow } from '../rows.js';

/** What decides about a customer whose identity is verified. The caller holds the lock on the person. */
export interface ConclusionFacts {
  /** Whether another reissue was registered since this one began. */
  readonly registeredSince: boolean;
  /** Whether a resident registration number is on file that can be opened. */
  readonly hasRrn: boolean;
  /** Whether online reissues are blocked for the customer. */
  readonly blocked: boolean;
  /** Whether the customer proved their identity on this device before. */
  readonly knowsDevice: boolean;
  /** Null: no certificate password is on file. */
  readonly wrongTries: number | null;
  readonly signs: RiskSigns;
  /** The certificate on file: the last one registered, also if it was revoked or has expired since. */
  readonly onFile: CertificateRow | undefined;
}

type FactColumns = Omit<ConclusionFacts, 'onFile'>;
/** All columns are null without a certificate. */
type FileColumns = CertificateRow | { readonly serial: null };

/**
 * Reads what decides about a customer whose identity is verified.
 *
 * @param day when the day of the risk signs began
 */
export async function conclusionFacts(
  tx: Tx<
    | RiskSignPrivilege
    | 'select customer_key'
    | 'select customer_rrn'
    | 'select password_credential'
    | 'select reissue_block'
  >,
  customerId: string,
  reissue: Pick<ReissueRow, 'reissue_id' | 'created_at' | 'customer_ref' | 'device'>,
  day: Date,
): Promise<ConclusionFacts> {
  const { reissue_id, created_at: since, customer_ref: customerRef, device } = reissue;
  const { rows } = await sql<FactColumns & FileColumns>`
    SELECT file.*,
      EXISTS (
        SELECT FROM reissue WHERE customer_id = given.id AND state = 'REGISTERED' AND ended_at > ${since}
      ) AS "registeredSince",
      EXISTS (
        SELECT FROM customer_rrn LEFT JOIN customer_key USING (customer_id)
        WHERE customer_id = given.id AND sealed IS NOT NULL AND (sealed_by = 'REGISTRY' OR wrapped IS NOT NULL)
      ) AS "hasRrn",
      EXISTS (
        SELECT FROM reissue_block WHERE customer_ref = ${customerRef} AND lifted_at IS NULL
      ) AS blocked,
      EXISTS (
        SELECT FROM known_device WHERE customer_id = given.id AND device = ${device}
      ) AS "knowsDevice",
      (SELECT wrong_tries FROM password_credential WHERE customer_id = given.id) AS "wrongTries",
      ${riskSignsOf(reissue_id, day)} AS signs
    FROM (SELECT ${customerId}::uuid AS id) AS given LEFT JOIN LATERAL (
      SELECT * FROM certificate WHERE customer_id = given.id AND on_file ORDER BY created_at DESC LIMIT 1
    ) AS file ON true`.execute(tx);
  const { registeredSince, hasRrn, blocked, knowsDevice, wrongTries, signs, ...file } = rows[0]!;
  const onFile = file.serial === null ? undefined : file;
  return { registeredSince, hasRrn, blocked, knowsDevice, wrongTries, signs, onFile };
}
