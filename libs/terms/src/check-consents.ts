import type { TermsCatalogue } from './load-terms.js';
import type { TermsDocument, TermsLocale, TermsStage } from './terms-document.js';
import { documentsInForce } from './terms-in-force.js';

/** What a customer says about one set of terms. */
export interface Consent {
  readonly termsId: string;
  readonly version: string;
  readonly digest: string;
  readonly agreed: boolean;
}

/** A consent as it is recorded: with the language that was shown, and whether it was asked for or offered. */
export interface AcceptedConsent extends Consent {
  readonly locale: TermsLocale;
  readonly mandatory: boolean;
}

export const consentProblemCodes = [
  /** Mandatory terms were not answered. */
  'MISSING',
  /** Mandatory terms were refused. */
  'NOT_AGREED',
  /** The version named is not the one in force: show the current text and ask again. */
  'OUTDATED_VERSION',
  /** No terms of this stage have this id. */
  'UNKNOWN_TERMS',
  /** The digest is not that of the text in force in any language: the customer saw something else. */
  'DIGEST_MISMATCH',
] as const;
export type ConsentProblemCode = (typeof consentProblemCodes)[number];

export interface ConsentProblem {
  readonly termsId: string;
  readonly code: ConsentProblemCode;
}

export type ConsentCheck =
  | { readonly complete: true; readonly accepted: readonly AcceptedConsent[] }
  | { readonly complete: false; readonly problems: readonly ConsentProblem[] };

/**
 * Compares what a customer agreed to with the terms of `stage` in force at `at`. Complete is an answer that
 * agrees to all mandatory terms in the version and text in force; optional terms may be refused, which is
 * accepted and recorded, or left out. The digest tells in which language the text was shown. Terms
 * answered more than once are agreed to only if every answer agrees, and recorded once.
 *
 * Problems come in the order of the consents, then the mandatory terms that are missing.
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
