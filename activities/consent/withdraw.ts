import { ApplicationFailure } from '@temporalio/common';
import type { CallOrigin, Clock } from '#libs/domain';
import { showReissue, type WithdrawnConsent } from '#libs/contracts';
import {
  certificateBySerial,
  consentsOf,
  findStep,
  insertStep,
  inTransaction,
  lockReissue,
  type Database,
} from '#libs/db';
import type { ReceiptSigner, TermsCatalogue, TermsLocale } from '#libs/terms';
import { ReissueChange } from '#activities/step';
import { recordSaid } from './record.js';

/** A customer takes an optional consent back. */
export interface ConsentWithdrawal {
  readonly reissueId: string;
  readonly updateId: string;
  readonly requestHmac: string;
  readonly origin: CallOrigin;
  readonly termsId: string;
}

export type ConsentWithdrawalAnswer =
  | { readonly answer: 'WITHDRAWN'; readonly withdrawn: WithdrawnConsent; readonly requestHmac: string }
  | { readonly answer: 'MANDATORY' | 'NOT_GIVEN' };

export interface ConsentWithdrawalContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly terms: TermsCatalogue;
  readonly receipts: ReceiptSigner;
}

/**
 * Taking back an optional consent. No step of the workflow: it is possible in every state, also long after the reissue
 * has ended and its workflow is gone. The row's lock keeps it apart from the steps.
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

    // The version that was agreed to decides, which need not be the one that is in force by now.
    const given = (await consentsOf(tx, reissueId))
      .filter((each) => each.terms_id === termsId)
      .toSorted((one, other) => other.recorded_at.getTime() - one.recorded_at.getTime())[0];
    const document = terms.find((each) => each.termsId === termsId && each.version === given?.version);
    if (!given || !(given.agreed || given.act === 'WITHDRAWN')) return { answer: 'NOT_GIVEN' };
    // A text that is not to be found any more cannot be shown to be optional.
    if (document?.mandatory ?? true) return { answer: 'MANDATORY' };

    const change = new ReissueChange(tx, row, clock());
    const { version, digest } = given;
    const receipt = await recordSaid(tx, receipts, {
      reissueId,
      updateId,
      origin,
      act: 'WITHDRAWN',
      consents: [{ termsId, version, digest, locale: given.locale as TermsLocale, agreed: false }],
      at: change.now,
    });
    change.announce('reseal.reissue.consent-withdrawn.v1', { terms: { termsId, version } });
    change.audit({
      actor: 'customer',
      action: 'withdrawConsent',
      outcome: 'DONE',
      reason: null,
      details: { termsId, version },
      personal: { ...origin },
    });
    const after = await change.write();
    const certificate = after.serial ? await certificateBySerial(tx, after.serial) : undefined;
    const withdrawn = { termsId, version, withdrawnAt: change.now.toISOString(), receipt: receipt! };
    const step = {
      reissue_id: reissueId,
      update_id: updateId,
      kind: 'withdrawConsent',
      request_hmac: requestHmac,
      outcome: { status: 'DONE', withdrawn, reissue: showReissue(after, certificate) },
      recorded_at: change.now,
    };
    await insertStep(tx, step);
    return answerOf(step);
  });
}

/** What a withdrawal once answered; `withdrawn` is missing where the step was another call. */
function answerOf(step: { outcome: unknown; request_hmac: string }): ConsentWithdrawalAnswer {
  const { withdrawn } = step.outcome as { withdrawn: WithdrawnConsent };
  return { answer: 'WITHDRAWN', withdrawn, requestHmac: step.request_hmac };
}
