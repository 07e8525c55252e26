import type { GiveConsents } from '#libs/domain';
import type { ConsentContext } from './context.js';
import { recordConsents } from './give.js';

/** The steps of consent to the terms. */
export function createConsentSteps(context: ConsentContext) {
  return {
    recordConsents: (reissueId: string, message: GiveConsents) => recordConsents(context, reissueId, message),
  };
}
export type ConsentSteps = ReturnType<typeof createConsentSteps>;

export type { ConsentContext } from './context.js';
export { termsChangedSince } from './give.js';
export { auditedSaid, recordSaid } from './record.js';
export { createConsentWithdrawals } from './withdraw.js';
export type { ConsentWithdrawal, ConsentWithdrawalAnswer, ConsentWithdrawals } from './withdraw.js';
