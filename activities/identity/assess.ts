import {
  assessIdentity,
  pinnedRuleOf,
  type IdentityAssessment,
  type IdentityMethod,
  type PinnedIdentityRule,
} from '#libs/domain';
import type { Tx } from '#libs/db';
import { certificateOnFile } from '#libs/db/certificates';
import { identityMethodsOf, type IdentityMethodRow } from '#libs/db/identity';
import type { ReissueRow } from '#libs/db/reissues';
import { limitsOf } from './challenges.js';
import type { IdentityContext } from './context.js';

type AssessingContext = Pick<IdentityContext, 'policy' | 'availableMethods'>;

export interface ReissueAssessment extends IdentityAssessment {
  /** The methods that count. */
  readonly verified: readonly IdentityMethodRow[];
  /** Tries left on the offered method with the fewest. */
  readonly attemptsLeft: number;
}

/** What the reissue's rule still wants of its applicant, or would want if they were to reset the password. */
export async function assessReissue(
  context: AssessingContext,
  tx: Tx,
  row: ReissueRow,
  { resetting }: { readonly resetting: boolean } = row,
): Promise<ReissueAssessment> {
  const methods = await withoutFallenCertificate(tx, row, await identityMethodsOf(tx, row.reissue_id));
  const verified = methods.filter((each) => each.verified_at);
  const assessment = assessIdentity(identityRuleOf(context, row), context.availableMethods, {
    verified: verified.map((each) => each.method),
    locked: methods.filter((each) => each.locked).map((each) => each.method),
    resetting,
  });
  return { ...assessment, verified, attemptsLeft: attemptsLeft(context, methods, assessment.methods) };
}

/** The rule a reissue is held to. One that began before rules were pinned has the one of today's policy. */
function identityRuleOf({ policy }: AssessingContext, row: ReissueRow): PinnedIdentityRule {
  return row.identity_rule ?? pinnedRuleOf(policy, row.effective_reason, { status: 'VALID' });
}

/** An old certificate that was revoked or put on hold since it was shown proves nothing any more. */
async function withoutFallenCertificate(
  tx: Tx,
  row: ReissueRow,
  methods: readonly IdentityMethodRow[],
): Promise<readonly IdentityMethodRow[]> {
  const shown = methods.some((each) => each.method === 'OLD_CERTIFICATE' && each.verified_at);
  const onFile = shown && row.customer_id ? await certificateOnFile(tx, row.customer_id) : undefined;
  if (!shown || (onFile && !onFile.revoked_at && !onFile.hold_at)) return methods;
  return methods.map((each) =>
    each.method === 'OLD_CERTIFICATE' ? { ...each, verified_at: null, locked: true } : each,
  );
}

/** Tries left on the offered method with the fewest. */
export function attemptsLeft(
  context: Pick<IdentityContext, 'policy'>,
  methods: readonly IdentityMethodRow[],
  offered: readonly IdentityMethod[],
): number {
  const left = offered.map((method) => {
    const used = methods.find((each) => each.method === method)?.tries ?? 0;
    return Math.max(0, limitsOf(context, method).attempts - used);
  });
  return left.length > 0 ? Math.min(...left) : 0;
}
