import { pinnedRuleOf, type IdentityPolicy, type PinnedIdentityRule } from '#libs/domain';
import type { ReissueRow } from '#libs/db/reissues';

/** The identity rule of a reissue. Reissues that began before rules were pinned use the current policy. */
export function identityRuleOf(
  policy: IdentityPolicy,
  row: Pick<ReissueRow, 'identity_rule' | 'effective_reason'>,
): PinnedIdentityRule {
  return row.identity_rule ?? pinnedRuleOf(policy, row.effective_reason, { status: 'VALID' });
}
