import { canonicalJson, digestOfJson } from '#libs/audit-proofs';
import { afterCommit, type RoleTx, type WritePart } from '#libs/db';
import { findRiskPolicies, insertRiskPolicy } from '#libs/db/risk';
import { riskPolicySchema, type RiskPolicy } from '#libs/risk';
import { BrokenInvariant } from '#activities/step';

/** A risk policy with the digest by which reissues and audit entries name it. */
interface PinnedRiskPolicy {
  readonly digest: string;
  readonly policy: RiskPolicy;
}

/** The configured risk policy, and those of reissues that began under another configuration. */
export class RiskPolicies {
  readonly current: PinnedRiskPolicy;
  private readonly others = new Map<string, PinnedRiskPolicy>();
  /** Whether the table has the current one. */
  private stored = false;

  constructor(policy: RiskPolicy) {
    this.current = { digest: digestOfJson(policy), policy };
  }

  /** The write that stores the current policy, until it is stored. It costs no statement of its own. */
  toStore(tx: RoleTx<'worker'>, now: Date): WritePart[] {
    if (this.stored) return [];
    afterCommit(tx, () => void (this.stored = true));
    const { digest, policy } = this.current;
    return [insertRiskPolicy(tx, { digest, document: canonicalJson(policy) }, now)];
  }

  /** The policy of a reissue. @param digest null for a reissue from before policies: the current one holds */
  async of(tx: RoleTx<'worker'>, digest: string | null): Promise<PinnedRiskPolicy> {
    if (digest === null || digest === this.current.digest) return this.current;
    const known = this.others.get(digest);
    if (known) return known;
    const [found] = await findRiskPolicies(tx, [digest]);
    if (!found) throw new BrokenInvariant('the risk policy of the reissue is not stored');
    const pinned = { digest, policy: riskPolicySchema.parse(JSON.parse(found.document)) };
    this.others.set(digest, pinned);
    return pinned;
  }
}
