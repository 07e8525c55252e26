import { checkConsents, type Consent, type TermsCatalogue } from '#libs/terms';
import { pointerTo, type InputFault } from '#libs/http';
import { problem } from '../problems.js';
import { consentFault } from './consent-words.js';

/** Checks the consents of a start before the applicant's data is used. The worker checks them again. */
export class StartConsentCheck {
  constructor(
    private readonly terms: TermsCatalogue,
    private readonly clock: () => Date,
  ) {}

  /** @throws ProblemError 422 `consent-incomplete`, which names the missing and wrong terms */
  requireIdentityStage(consents: readonly Consent[]): void {
    const check = checkConsents(this.terms, 'identity', consents, this.clock());
    if (check.complete) return;
    const errors = check.problems.map(({ termsId, code }): InputFault => {
      const index = consents.findIndex((consent) => consent.termsId === termsId);
      return {
        pointer: pointerTo(index < 0 ? ['consents'] : ['consents', index]),
        code,
        message: consentFault(termsId, code),
      };
    });
    throw problem('consent-incomplete', { errors });
  }
}
