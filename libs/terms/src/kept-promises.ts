import type { TermsCatalogue } from './load-terms.js';
import { retainedRecords, type RetainedRecords, type RetentionPeriod } from './retention.js';
import { termsStages } from './terms-document.js';
import { documentsInForce } from './terms-in-force.js';

/** The time from which the purge counts. */
const purgedFrom: Readonly<Record<RetainedRecords, RetentionPeriod['from']>> = {
  issuanceEvidence: 'CERTIFICATE_END',
  unissuedApplications: 'REISSUE_END',
  identityMaterial: 'REISSUE_END',
  accessRecords: 'RECORD',
};

export type RetentionYears = Readonly<Record<RetainedRecords, number>>;

/**
 * Finds records that would be kept longer or shorter than the terms in force promise.
 *
 * @param years the periods after which records are purged
 * @returns a line for each broken promise
 */
export function brokenPromises(catalogue: TermsCatalogue, at: Date, years: RetentionYears): string[] {
  const inForce = termsStages.flatMap((stage) => documentsInForce(catalogue, stage, at));
  return inForce.flatMap(({ termsId, version, locale, retention }) =>
    retainedRecords.flatMap((records) => {
      const promised = retention[records];
      if (!promised) return [];
      if (promised.years === years[records] && promised.from === purgedFrom[records]) return [];
      const words = ({ years: count, from }: RetentionPeriod) => `${count} years from ${from}`;
      const kept = words({ years: years[records], from: purgedFrom[records] });
      return `${termsId}/${version}.${locale} promises ${words(promised)} for ${records}; they are kept ${kept}`;
    }),
  );
}
