export { loadTerms, type TermsCatalogue } from './load-terms.js';
export { mandatoryTextsInForce, termsInForce, type MandatoryText } from './terms-in-force.js';
export {
  checkConsents,
  type AcceptedConsent,
  type Consent,
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
export { publicReceiptKeys, ReceiptSigner, verifyReceipt } from './receipt.js';
export type { ReceiptClaims } from './receipt.js';
export { brokenPromises } from './kept-promises.js';
export type { RetentionYears } from './kept-promises.js';
export { changedRecord, changedTexts } from './changed-texts.js';
export type { PublishedDigests } from './changed-texts.js';
