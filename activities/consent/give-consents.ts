import type { GiveConsents, PreparedStep } from '#libs/domain';
import type { GivenConsent } from '#libs/db/reissues';
import { checkConsents, termsInForce } from '#libs/terms';
import { done, failed, runStep } from '#activities/step';
import type { ConsentContext } from './context.js';
import { consentAuditDetails, recordConsentAct } from './record-consents.js';

export async function giveConsents(
  context: ConsentContext,
  reissueId: string,
  message: GiveConsents,
): Promise<PreparedStep> {
  return runStep(context, reissueId, message, 'giveConsents', async (change) => {
    const check = checkConsents(context.terms, 'issuance', message.consents, change.now);
    if (!check.complete)
      return failed('CONSENT_INCOMPLETE', {
        errors: check.problems.map(({ termsId, code }) => ({
          pointer: pointerTo(message, termsId),
          code,
          message: `${termsId}: ${code}`,
        })),
      });
    const said = { act: 'GIVEN', consents: check.accepted } as const;
    const { updateId, origin } = message;
    const receipt = await recordConsentAct(change, context.receipts, { updateId, origin, ...said });
    change.addAuditDetails(consentAuditDetails(said, receipt));
    change.set({ consents_completed_at: change.now });
    change.move('giveConsents', 'KEY_REQUIRED', 'reseal.reissue.consents-recorded.v1');
    return done();
  });
}

function pointerTo(message: GiveConsents, termsId: string): string {
  const index = message.consents.findIndex((consent) => consent.termsId === termsId);
  return index < 0 ? '#/consents' : `#/consents/${index}`;
}

/**
 * The mandatory terms of issuance whose version in force the customer has not agreed to, because it came into force
 * after the consent. The customer is asked again.
 *
 * @param given the last consent to each version
 */
export function termsChangedSince(
  context: ConsentContext,
  given: readonly GivenConsent[],
  now: Date,
): string[] {
  return termsInForce(context.terms, 'issuance', 'ko', now)
    .filter(({ mandatory }) => mandatory)
    .filter(
      ({ termsId, version }) =>
        !given.some((each) => each.terms_id === termsId && each.version === version && each.agreed),
    )
    .map(({ termsId }) => termsId);
}
