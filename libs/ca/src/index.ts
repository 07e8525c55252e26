export { createCertificateAuthority } from './create-authority.js';
export { readPemCertificate } from './open-root.js';
export type { RootLocation } from './open-root.js';
export { issuingAuthority, openIssuingAuthority, signCertificate } from './issuing-authority.js';
export type { IssuingAuthority } from './issuing-authority.js';
export { openAuthorities, soleAuthority } from './authorities.js';
export type { Authorities, OpenAuthorities } from './authorities.js';
export { plannedRotation, rotateIssuingAuthority, RotationRefused } from './rotate-authority.js';
export { renewDueResponders, renewResponder, responderDue, responderOf } from './responders.js';
export { authorityFiles, responderFiles } from './authority-files.js';
export type { IssuingKeysOptions } from './issuing-keys.js';
export { KeyStoreError, KeyStoreUnavailable } from './key-store.js';
export type { KeyStore } from './key-store.js';
export { openToken } from './key-store/pkcs11.js';
export type { Token } from './key-store/pkcs11.js';
export { sha256Hex } from './certificate.js';
export { buildCertificate } from './template.js';
export { assertOnlySignatureDiffers, lintCertificate } from './lint/lint.js';
export type { CertificateContents } from './certificate.js';
export {
  canonicalProfile,
  keyTypes,
  organisationSchema,
  parseProfile,
  personalBankProfile,
  personalBankRsaProfile,
  profileDigest,
} from './profile.js';
export type { CertificateProfile, KeyType } from './profile.js';
export {
  backdatingConfig,
  configuredKeyTypes,
  loadProfile,
  ocspKeysConfig,
  profileChoiceConfig,
  profileConfig,
} from './profile-config.js';
export { statusAddresses } from './status-addresses.js';
export { checkCertificateRequest } from './certificate-request.js';
export type { RefusedRequest, RequestedKey, RequestRefusal } from './certificate-request.js';
export { digitsOfSubject, encodeName, nameText, personalName, subjectDigits } from './distinguished-name.js';
export type { DistinguishedName } from './distinguished-name.js';
export { validity } from './validity.js';
export type { Validity } from './validity.js';
export { crlShardOf, newSerialNumber } from './serial-number.js';
export { WeakKeyList, weakKeysConfig } from './weak-key-list.js';
export { verifyPossession } from './possession.js';
export { parsePemBundle, pemBundle } from './pem.js';
export { signCrl } from './crl.js';
export { issueRootCrl, parseRootCrl, readRootCrl, rootCrlDue } from './root-crl.js';
export type { RootCrl } from './root-crl.js';
export { certificateKeyId, certificateSerial } from './peculiar.js';
export type { CrlEntry } from './crl-entries.js';
export { crlReasonCodes } from './revocation-reason.js';
export type { CrlReason } from './revocation-reason.js';
export { ocspRequest, readOcspAnswer } from './ocsp/client.js';
export { parseOcspRequest } from './ocsp/request.js';
export type { CertId, OcspRequest } from './ocsp/request.js';
export { isIssuedBy, issuerHashes, openOcspResponder } from './ocsp/responder.js';
export type { IssuerHashes, OcspResponder } from './ocsp/responder.js';
export { ocspError, ocspMediaTypes, signOcspResponse } from './ocsp/response.js';
export type { OcspError, OcspStatus } from './ocsp/response.js';
