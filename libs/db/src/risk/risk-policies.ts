import type { Tx } from '../database.js';
import type { Write } from '../writes.js';

/** A stored risk policy: its canonical JSON, and the SHA-256 of that text. */
export interface RiskPolicyDocument {
  readonly digest: string;
  readonly document: string;
}

/** Stores a policy, so that the digest in a reissue's row and in audit entries can always be resolved. */
export const insertRiskPolicy = (
  tx: Tx<'insert risk_policy' | 'select risk_policy'>,
  { digest, document }: RiskPolicyDocument,
  at: Date,
): Write =>
  tx
    .insertInto('risk_policy')
    .values({ digest, document, first_used_at: at })
    .onConflict((conflict) => conflict.doNothing());

/** The stored policies with these digests. */
export async function findRiskPolicies(
  tx: Tx<'select risk_policy'>,
  digests: readonly string[],
): Promise<RiskPolicyDocument[]> {
  return tx
    .selectFrom('risk_policy')
    .select(['digest', 'document'])
    .where((is) => is('digest', '=', is.fn.any(is.val(digests))))
    .orderBy('first_used_at')
    .execute();
}
