import { rateLimit } from '#libs/config';
import { defaultIdentityRates, type IdentityRates } from '#activities/identity';

/** How often things may be done about one person: `<at once>/<milliseconds after which once more>`. */
export const identityRatesConfig = {
  limitPersonStarts: rateLimit(defaultIdentityRates.personStarts),
  limitNumberSends: rateLimit(defaultIdentityRates.numberSends),
  limitAccountSends: rateLimit(defaultIdentityRates.accountSends),
  limitPersonTries: rateLimit(defaultIdentityRates.personTries),
  limitLockNotices: rateLimit(defaultIdentityRates.lockNotices),
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
