export { loadTerms, type TermsCatalogue } from './load-terms.js';
export {
  mandatoryTextsInForce,
  termsInForce,
  type MandatoryText,
  type TermsInForce,
} from './terms-in-force.js';
export {
  checkConsents,
  consentProblemCodes,
  type AcceptedConsent,
  type Consent,
  type ConsentCheck,
  type ConsentProblem,
  type ConsentProblemCode,
} from './check-consents.js';
export {
  termsDigest,
  termsLocales,
  termsStages,
  type TermsDocument,
  type TermsLocale,
  type TermsStage,
} from './terms-document.js';
export {
  publicReceiptKeys,
  RECEIPT_TYPE,
  receiptClaimsSchema,
  receiptConsentSchema,
  ReceiptSigner,
  verifyReceipt,
} from './receipt.js';
export type { ReceiptClaims } from './receipt.js';
export { brokenPromises } from './kept-promises.js';
export type { RetentionYears } from './kept-promises.js';
export { retainedRecords } from './retention.js';
export type { RetainedRecords, Retention } from './retention.js';
export { changedRecord, changedTexts } from './changed-texts.js';
export type { PublishedDigests } from './changed-texts.js';
