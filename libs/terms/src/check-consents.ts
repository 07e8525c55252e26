import type { TermsCatalogue } from './load-terms.js';
import type { TermsDocument, TermsLocale, TermsStage } from './terms-document.js';
import { documentsInForce } from './terms-in-force.js';

/** A customer's answer to one set of terms. */
export interface Consent {
  readonly termsId: string;
  readonly version: string;
  readonly digest: string;
  readonly agreed: boolean;
}

/** A consent as it is recorded: with the language of the text, and whether the terms are mandatory. */
export interface AcceptedConsent extends Consent {
  readonly locale: TermsLocale;
  readonly mandatory: boolean;
}

export type ConsentProblemCode =
  /** Mandatory terms were not answered. */
  | 'MISSING'
  /** Mandatory terms were refused. */
  | 'NOT_AGREED'
  /** The version is not in force: show the current text and ask again. */
  | 'OUTDATED_VERSION'
  /** No terms of this stage have this id. */
  | 'UNKNOWN_TERMS'
  /** The digest matches no language of the text in force: the customer saw another text. */
  | 'DIGEST_MISMATCH';

interface ConsentProblem {
  readonly termsId: string;
  readonly code: ConsentProblemCode;
}

export type ConsentCheck =
  | { readonly complete: true; readonly accepted: readonly AcceptedConsent[] }
  | { readonly complete: false; readonly problems: readonly ConsentProblem[] };

/**
 * Checks a customer's consents against the terms of `stage` in force at `at`. They are complete if all mandatory terms are
 * agreed to, in the version and text in force. Optional terms may be left out; a refusal of them is recorded. The digest
 * identifies the language of the text. Terms that are answered more than once are recorded once, and are agreed to only if
 * every answer agrees.
 *
 * Problems are ordered as the consents are; missing mandatory terms follow.
 */
export function checkConsents(
  catalogue: TermsCatalogue,
  stage: TermsStage,
  consents: readonly Consent[],
  at: Date,
): ConsentCheck {
  const documents = documentsInForce(catalogue, stage, at);
  const accepted: AcceptedConsent[] = [];
  const problems: ConsentProblem[] = [];

  const answers = Map.groupBy(consents, ({ termsId }) => termsId);
  for (const [termsId, given] of answers) {
    const results = given.map((consent) => judge(documents, consent));
    const problem = results.find((result) => typeof result === 'string');
    if (problem) problems.push({ termsId, code: problem });
    else accepted.push(...results.filter(isAccepted).sort(refusedFirst).slice(0, 1));
  }

  const mandatoryIds = new Set(documents.filter(({ mandatory }) => mandatory).map(({ termsId }) => termsId));
  for (const termsId of mandatoryIds) {
    if (!answers.has(termsId)) problems.push({ termsId, code: 'MISSING' });
  }
  return problems.length > 0 ? { complete: false, problems } : { complete: true, accepted };
}

function judge(documents: readonly TermsDocument[], consent: Consent): AcceptedConsent | ConsentProblemCode {
  const translations = documents.filter(({ termsId }) => termsId === consent.termsId);
  if (translations.length === 0) return 'UNKNOWN_TERMS';
  if (translations[0]!.version !== consent.version) return 'OUTDATED_VERSION';
  const shown = translations.find(({ digest }) => digest === consent.digest);
  if (!shown) return 'DIGEST_MISMATCH';
  if (shown.mandatory && !consent.agreed) return 'NOT_AGREED';
  const { termsId, version, digest, locale, mandatory } = shown;
  return { termsId, version, digest, agreed: consent.agreed, locale, mandatory };
}

const isAccepted = (result: AcceptedConsent | ConsentProblemCode) => typeof result !== 'string';
const refusedFirst = (a: Consent, b: Consent) => Number(a.agreed) - Number(b.agreed);
