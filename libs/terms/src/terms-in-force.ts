import { koreanDayOf } from '#libs/domain';
import type { TermsCatalogue } from './load-terms.js';
import type { TermsDocument, TermsLocale, TermsStage } from './terms-document.js';

/** Terms as the gateway serves them to the customer. */
export type TermsInForce = Pick<
  TermsDocument,
  'termsId' | 'version' | 'title' | 'mandatory' | 'digest' | 'text'
> & {
  /** The day from which the text holds, in Korea: YYYY-MM-DD. */
  readonly validFrom: string;
};

/** The terms of `stage` in force at `at`, in the language `locale`: mandatory ones first, then by termsId. */
export function termsInForce(
  catalogue: TermsCatalogue,
  stage: TermsStage,
  locale: TermsLocale,
  at: Date,
): TermsInForce[] {
  return documentsInForce(catalogue, stage, at)
    .filter((document) => document.locale === locale)
    .sort((a, b) => Number(b.mandatory) - Number(a.mandatory) || (a.termsId < b.termsId ? -1 : 1))
    .map(({ termsId, version, validFrom, title, mandatory, digest, text }) => ({
      termsId,
      version,
      validFrom: koreanDayOf(validFrom),
      title,
      mandatory,
      digest,
      text,
    }));
}

/** A text that requires consent, with its digest in each language. */
export interface MandatoryText {
  readonly termsId: string;
  readonly version: string;
  readonly digests: readonly string[];
}

/** The mandatory texts of `stage` in force at `at`. */
export function mandatoryTextsInForce(
  catalogue: TermsCatalogue,
  stage: TermsStage,
  at: Date,
): MandatoryText[] {
  const mandatory = documentsInForce(catalogue, stage, at).filter((document) => document.mandatory);
  return [...Map.groupBy(mandatory, ({ termsId }) => termsId)].map(([termsId, translations]) => ({
    termsId,
    version: translations[0]!.version,
    digests: translations.map(({ digest }) => digest),
  }));
}

/** The documents of `stage` in force at `at`, in every language. */
export function documentsInForce(catalogue: TermsCatalogue, stage: TermsStage, at: Date): TermsDocument[] {
  const begun = catalogue.filter(({ validFrom }) => validFrom <= at);
  /** When the newest version of each terms came into force. */
  const newest = new Map<string, number>();
  for (const { termsId, validFrom } of begun)
    newest.set(termsId, Math.max(validFrom.getTime(), newest.get(termsId) ?? -Infinity));
  return begun.filter(
    (document) => document.stage === stage && document.validFrom.getTime() === newest.get(document.termsId),
  );
}
