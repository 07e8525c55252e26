import { ApplicationFailure } from '@temporalio/common';
import type { CallOrigin, Clock } from '#libs/domain';
import { showReissue, type WithdrawnConsent } from '#libs/contracts';
import { inTransaction, type RoleDatabase, type RoleTx } from '#libs/db';
import { certificatesOfReissue } from '#libs/db/certificates';
import { consentsOf, findStep, lockReissue, stepsOfKind } from '#libs/db/reissues';
import type { ReceiptSigner, TermsCatalogue } from '#libs/terms';
import { BrokenInvariant, ReissueChange } from '#activities/step';
import { consentAuditDetails, recordConsentAct } from './record-consents.js';

/** The name in the step table and in the audit trail. */
const kind = 'withdrawConsent';

/** A customer's request to withdraw an optional consent. */
export interface ConsentWithdrawal {
  readonly reissueId: string;
  readonly updateId: string;
  readonly requestHmac: string;
  readonly origin: CallOrigin;
  readonly termsId: string;
}

interface Withdrawn {
  readonly answer: 'WITHDRAWN';
  readonly withdrawn: WithdrawnConsent;
  readonly requestHmac: string;
}
export type ConsentWithdrawalAnswer = Withdrawn | { readonly answer: 'MANDATORY' | 'NOT_GIVEN' };

interface ConsentWithdrawalContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly terms: TermsCatalogue;
  readonly receipts: ReceiptSigner;
}

/**
 * Withdraws an optional consent. This is not a step of the workflow, because it is possible in every state, also long
 * after the reissue and its workflow have ended. The lock on the row separates it from the steps.
 */
export function createConsentWithdrawals(context: ConsentWithdrawalContext) {
  return {
    withdrawConsent: (withdrawal: ConsentWithdrawal) => withdrawConsent(context, withdrawal),
  };
}
export type ConsentWithdrawals = ReturnType<typeof createConsentWithdrawals>;

async function withdrawConsent(
  { db, clock, terms, receipts }: ConsentWithdrawalContext,
  withdrawal: ConsentWithdrawal,
): Promise<ConsentWithdrawalAnswer> {
  const { reissueId, updateId, requestHmac, origin, termsId } = withdrawal;
  return inTransaction(db, async (tx) => {
    const row = await lockReissue(tx, reissueId);
    if (!row) throw ApplicationFailure.nonRetryable(`there is no reissue ${reissueId}`);
    const recorded = await findStep(tx, reissueId, updateId);
    if (recorded) return answerOf(recorded);

    // The version that the customer agreed to decides, even if another is in force now.
    const last = (await consentsOf(tx, reissueId))
      .filter((each) => each.terms_id === termsId)
      .toSorted((one, other) => other.recorded_at.getTime() - one.recorded_at.getTime())[0];
    if (last?.act === 'WITHDRAWN') return withdrawnBefore(tx, withdrawal);
    if (!last?.agreed) return { answer: 'NOT_GIVEN' };
    const { version, digest } = last;
    const document = terms.find((each) => each.termsId === termsId && each.version === version);
    // Terms that are missing from the catalogue count as mandatory.
    if (document?.mandatory ?? true) return { answer: 'MANDATORY' };

    // Later than the consent, even if another machine's clock was ahead.
    const at = new Date(Math.max(clock().getTime(), last.recorded_at.getTime() + 1));
    const change = new ReissueChange(tx, row, at);
    const said = {
      act: 'WITHDRAWN',
      consents: [{ termsId, version, digest, locale: last.locale, agreed: false }],
    } as const;
    const receipt = await recordConsentAct(change, receipts, { updateId, origin, ...said });
    change.publish('reseal.reissue.consent-withdrawn.v1', { terms: { termsId, version } });
    change.audit({
      actor: 'customer',
      action: kind,
      outcome: 'DONE',
      reason: null,
      details: { termsId, version, ...consentAuditDetails(said, receipt) },
      personal: { ...origin },
    });
    const after = change.row;
    const shownWith = { ...(await certificatesOfReissue(tx, after)), now: at };
    const withdrawn = { termsId, version, withdrawnAt: at.toISOString(), receipt: receipt! };
    const step = {
      reissue_id: reissueId,
      update_id: updateId,
      kind,
      request_hmac: requestHmac,
      outcome: { status: 'DONE', withdrawn, reissue: showReissue(after, shownWith) },
      recorded_at: at,
    };
    await change.write(step);
    return answerOf(step);
  });
}

/**
 * Answers a repeated withdrawal of a consent like the first one, and records nothing. Repeated calls therefore do not
 * fill tables or topics.
 */
async function withdrawnBefore(
  tx: RoleTx<'worker'>,
  { reissueId, termsId, requestHmac }: ConsentWithdrawal,
): Promise<ConsentWithdrawalAnswer> {
  const before = (await stepsOfKind(tx, reissueId, kind))
    .map(answerOf)
    .find(({ withdrawn }) => withdrawn.termsId === termsId);
  if (!before) throw new BrokenInvariant('a withdrawal has no recorded answer');
  return { ...before, requestHmac };
}

/** The recorded answer of a withdrawal; `withdrawn` is undefined if the step was another kind of call. */
function answerOf(step: { outcome: unknown; request_hmac: string }): Withdrawn {
  const { withdrawn } = step.outcome as { withdrawn: WithdrawnConsent };
  return { answer: 'WITHDRAWN', withdrawn, requestHmac: step.request_hmac };
}
