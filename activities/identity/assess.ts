import { assessIdentity, type IdentityAssessment, type IdentityMethod } from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { certificateOnFile } from '#libs/db/certificates';
import { identityMethodsOf, type IdentityMethodRow } from '#libs/db/identity';
import type { ReissueRow } from '#libs/db/reissues';
import { identityRuleOf } from '#activities/step';
import { limitsOf } from './challenges.js';
import type { IdentityContext } from './context.js';

type PolicyContext = Pick<IdentityContext, 'policy' | 'availableMethods'>;

export interface ReissueAssessment extends IdentityAssessment {
  /** The verified methods that still count. */
  readonly verified: readonly IdentityMethodRow[];
  /** Tries left on the offered method with the fewest. */
  readonly attemptsLeft: number;
}

/**
 * Assesses a reissue against its identity rule, or against the rule for a password reset if `resetting`.
 *
 * @param progress of its methods; read if not given
 */
export async function assessReissue(
  context: PolicyContext,
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  { resetting }: { readonly resetting: boolean } = row,
  progress?: readonly IdentityMethodRow[],
): Promise<ReissueAssessment> {
  const used = progress ?? (await identityMethodsOf(tx, row.reissue_id));
  const methods = await disregardInvalidCertificate(tx, row, used);
  const verified = methods.filter((each) => each.verified_at);
  const assessment = assessIdentity(identityRuleOf(context.policy, row), context.availableMethods, {
    verified: verified.map((each) => each.method),
    locked: methods.filter((each) => each.locked).map((each) => each.method),
    resetting,
  });
  return { ...assessment, verified, attemptsLeft: attemptsLeft(context, methods, assessment.methods) };
}

/** Disregards an old certificate that was revoked or put on hold after it had proved the identity. */
async function disregardInvalidCertificate(
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  methods: readonly IdentityMethodRow[],
): Promise<readonly IdentityMethodRow[]> {
  const used = methods.some((each) => each.method === 'OLD_CERTIFICATE' && each.verified_at);
  const onFile = used && row.customer_id ? await certificateOnFile(tx, row.customer_id) : undefined;
  if (!used || (onFile && !onFile.revoked_at && !onFile.hold_at)) return methods;
  return methods.map((each) =>
    each.method === 'OLD_CERTIFICATE' ? { ...each, verified_at: null, locked: true } : each,
  );
}

/** Tries left on the offered method with the fewest. */
export function attemptsLeft(
  context: Pick<IdentityContext, 'policy'>,
  methods: readonly Pick<IdentityMethodRow, 'method' | 'tries'>[],
  offered: readonly IdentityMethod[],
): number {
  const left = offered.map((method) => {
    const used = methods.find((each) => each.method === method)?.tries ?? 0;
    return Math.max(0, limitsOf(context, method).attempts - used);
  });
  return left.length > 0 ? Math.min(...left) : 0;
}
