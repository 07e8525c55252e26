import { randomBytes } from 'node:crypto';
import { inTransaction, type Database } from '#libs/db';
import { insertReissue, type NewReissue } from '#libs/db/reissues';

/** Inserts a row of the table of reissues and nothing else. */
export async function insertBareReissue(
  db: Database,
  at: Date,
  changes: Partial<NewReissue> = {},
): Promise<string> {
  const reissue: NewReissue = {
    reissue_id: `ri_${randomBytes(16).toString('hex')}`,
    api_key_name: 'spec',
    reason: 'EXPIRED',
    state: 'IDENTITY_REQUIRED',
    applicant_name: '가상인물',
    applicant_mobile: '01000000000',
    person_key: 'person',
    customer_id: null,
    customer_ref: 'cr_fictional',
    key_thumbprint: 'thumbprint',
    effective_reason: 'EXPIRED',
    policy_version: 'spec',
    methods: [],
    identity_attempts: 5,
    created_at: at,
    updated_at: at,
    ...changes,
  };
  await inTransaction(db, (tx) => insertReissue(tx, reissue));
  return reissue.reissue_id;
}
