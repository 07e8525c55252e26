import { rateLimit } from '#libs/config';
import { defaultIdentityRates, type IdentityRates } from '#activities/identity';

/** Limits on what may be done in one person's name. */
export const identityRatesConfig = {
  limitPersonStarts: rateLimit(defaultIdentityRates.personStarts).describe(
    "Reissues that may be started in one person's name.",
  ),
  limitNumberSends: rateLimit(defaultIdentityRates.numberSends).describe(
    'Codes that may be sent to one mobile number.',
  ),
  limitAccountSends: rateLimit(defaultIdentityRates.accountSends).describe(
    'One-won transfers that may be made to one account.',
  ),
  limitPersonTries: rateLimit(defaultIdentityRates.personTries).describe(
    'Answers that may be given for one person and method.',
  ),
  limitLockNotices: rateLimit(defaultIdentityRates.lockNotices).describe(
    'Notifications that one person receives of a locked method.',
  ),
};

type Config = Readonly<
  Record<keyof typeof identityRatesConfig, { readonly burst: number; readonly everyMs: number }>
>;

export function identityRatesOf(config: Config): IdentityRates {
  return {
    personStarts: config.limitPersonStarts,
    numberSends: config.limitNumberSends,
    accountSends: config.limitAccountSends,
    personTries: config.limitPersonTries,
    lockNotices: config.limitLockNotices,
  };
}
