import { checkConsents, type Consent, type ConsentProblemCode, type TermsCatalogue } from '#libs/terms';
import { pointerTo, type InputFault } from '#libs/http';
import { problem } from '../problems.js';

const words: Readonly<Record<ConsentProblemCode, { ko: string; en: string }>> = {
  MISSING: { ko: '필수 약관에 동의해야 합니다', en: 'mandatory terms were not agreed to' },
  NOT_AGREED: { ko: '필수 약관에 동의해야 합니다', en: 'mandatory terms were refused' },
  OUTDATED_VERSION: { ko: '현재 시행 중인 판이 아닙니다', en: 'this version is not in force' },
  UNKNOWN_TERMS: { ko: '이 단계의 약관이 아닙니다', en: 'these terms do not belong to this stage' },
  DIGEST_MISMATCH: {
    ko: '시행 중인 약관의 해시가 아닙니다',
    en: 'the digest is not that of the text in force',
  },
};

/** Looks at the consents of a start before anything is made of the applicant's data. The worker looks again. */
export class ConsentCheck {
  constructor(
    private readonly terms: TermsCatalogue,
    private readonly clock: () => Date,
  ) {}

  /** @throws ProblemError 422 `consent-incomplete`, naming the terms that are missing or wrong */
  requireIdentityStage(consents: readonly Consent[]): void {
    const check = checkConsents(this.terms, 'identity', consents, this.clock());
    if (check.complete) return;
    const errors = check.problems.map(({ termsId, code }): InputFault => {
      const index = consents.findIndex((consent) => consent.termsId === termsId);
      const { ko, en } = words[code];
      return {
        pointer: pointerTo(index < 0 ? ['consents'] : ['consents', index]),
        message: { ko: `${termsId}: ${ko}`, en: `${termsId}: ${en}` },
      };
    });
    throw problem('consent-incomplete', { errors });
  }
}
