import type { GiveConsents } from '#libs/domain';
import type { ConsentContext } from './context.js';
import { giveConsents } from './give-consents.js';

/** The steps of consent to the terms. */
export function createConsentSteps(context: ConsentContext) {
  return {
    giveConsents: (reissueId: string, message: GiveConsents) => giveConsents(context, reissueId, message),
  };
}
export type ConsentSteps = ReturnType<typeof createConsentSteps>;

export type { ConsentContext } from './context.js';
export { termsChangedSince } from './give-consents.js';
export { consentAuditDetails, recordConsentAct } from './record-consents.js';
export { createConsentWithdrawals } from './withdraw-consent.js';
export type { ConsentWithdrawal, ConsentWithdrawalAnswer, ConsentWithdrawals } from './withdraw-consent.js';
