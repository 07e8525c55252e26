// Generated from openapi.json by npm run client.
import type * as types from './types.gen.js';

/** Every endpoint of the API, by its operationId in the document. */
export const endpoints = {
  getKeys: { method: 'GET', path: '/v1/keys' },
  getCertificateProfile: { method: 'GET', path: '/v1/certificate-profile' },
  getTerms: { method: 'GET', path: '/v1/terms' },
  getPasswordRules: { method: 'GET', path: '/v1/password-rules' },
  getReceiptKeys: { method: 'GET', path: '/v1/receipt-keys' },
  startReissue: { method: 'POST', path: '/v1/reissues' },
  requestChallenges: { method: 'POST', path: '/v1/reissues/{id}/identity/challenges' },
  answerChallenges: { method: 'POST', path: '/v1/reissues/{id}/identity/verifications' },
  submitPassword: { method: 'POST', path: '/v1/reissues/{id}/password' },
  resetPassword: { method: 'POST', path: '/v1/reissues/{id}/password/reset' },
  giveConsents: { method: 'POST', path: '/v1/reissues/{id}/consents' },
  getConsents: { method: 'GET', path: '/v1/reissues/{id}/consents' },
  requestCertificate: { method: 'POST', path: '/v1/reissues/{id}/certificate' },
  downloadCertificate: { method: 'GET', path: '/v1/reissues/{id}/certificate' },
  apply: { method: 'POST', path: '/v1/reissues/{id}/application' },
  proveRegistration: { method: 'POST', path: '/v1/reissues/{id}/registration' },
  cancel: { method: 'POST', path: '/v1/reissues/{id}/cancel' },
  getReissue: { method: 'GET', path: '/v1/reissues/{id}' },
  followEvents: { method: 'GET', path: '/v1/reissues/{id}/events' },
  withdrawConsent: { method: 'POST', path: '/v1/reissues/{id}/consents/withdrawals' },
  uploadPhoto: { method: 'POST', path: '/v1/reissues/{id}/identity/photos' },
  checkVid: { method: 'POST', path: '/v1/certificates/{serial}/vid-checks' },
  openTransfer: { method: 'POST', path: '/v1/transfers' },
  joinTransfer: { method: 'POST', path: '/v1/transfers/joins' },
  getTransfer: { method: 'GET', path: '/v1/transfers/{transferId}' },
  sendTransfer: { method: 'POST', path: '/v1/transfers/{transferId}/content' },
  endTransfer: { method: 'POST', path: '/v1/transfers/{transferId}/end' },
  answerStopLink: { method: 'POST', path: '/v1/stop-links' },
} as const;

/** The request and the response of each endpoint. */
export interface Endpoints {
  getKeys: { data: types.GetKeysData; answer: types.GetKeysResponse };
  getCertificateProfile: { data: types.GetCertificateProfileData; answer: types.GetCertificateProfileResponse };
  getTerms: { data: types.GetTermsData; answer: types.GetTermsResponse };
  getPasswordRules: { data: types.GetPasswordRulesData; answer: types.GetPasswordRulesResponse };
  getReceiptKeys: { data: types.GetReceiptKeysData; answer: types.GetReceiptKeysResponse };
  startReissue: { data: types.StartReissueData; answer: types.StartReissueResponse };
  requestChallenges: { data: types.RequestChallengesData; answer: types.RequestChallengesResponse };
  answerChallenges: { data: types.AnswerChallengesData; answer: types.AnswerChallengesResponse };
  submitPassword: { data: types.SubmitPasswordData; answer: types.SubmitPasswordResponse };
  resetPassword: { data: types.ResetPasswordData; answer: types.ResetPasswordResponse };
  giveConsents: { data: types.GiveConsentsData; answer: types.GiveConsentsResponse };
  getConsents: { data: types.GetConsentsData; answer: types.GetConsentsResponse };
  requestCertificate: { data: types.RequestCertificateData; answer: types.RequestCertificateResponse };
  downloadCertificate: { data: types.DownloadCertificateData; answer: types.DownloadCertificateResponse };
  apply: { data: types.ApplyData; answer: types.ApplyResponse };
  proveRegistration: { data: types.ProveRegistrationData; answer: types.ProveRegistrationResponse };
  cancel: { data: types.CancelData; answer: types.CancelResponse };
  getReissue: { data: types.GetReissueData; answer: types.GetReissueResponse };
  followEvents: { data: types.FollowEventsData; answer: types.FollowEventsResponse };
  withdrawConsent: { data: types.WithdrawConsentData; answer: types.WithdrawConsentResponse };
  uploadPhoto: { data: types.UploadPhotoData; answer: types.UploadPhotoResponse };
  checkVid: { data: types.CheckVidData; answer: types.CheckVidResponse };
  openTransfer: { data: types.OpenTransferData; answer: types.OpenTransferResponse };
  joinTransfer: { data: types.JoinTransferData; answer: types.JoinTransferResponse };
  getTransfer: { data: types.GetTransferData; answer: types.GetTransferResponse };
  sendTransfer: { data: types.SendTransferData; answer: types.SendTransferResponse };
  endTransfer: { data: types.EndTransferData; answer: types.EndTransferResponse };
  answerStopLink: { data: types.AnswerStopLinkData; answer: types.AnswerStopLinkResponse };
}

/** The last part of each problem type that the document names. */
export type ProblemSlug =
  | 'another-reissue-registered'
  | 'answer-malformed'
  | 'applicant-invalid'
  | 'body-too-large'
  | 'certificate-withdrawn'
  | 'certificate-without-vid'
  | 'consent-incomplete'
  | 'consent-mandatory'
  | 'consent-not-given'
  | 'envelope-refused'
  | 'idempotency-key-required'
  | 'idempotency-mismatch'
  | 'internal-error'
  | 'invalid-request'
  | 'invalid-token'
  | 'malformed-request'
  | 'method-locked'
  | 'method-not-offered'
  | 'more-identity-needed'
  | 'no-password-on-file'
  | 'not-a-photo'
  | 'not-acceptable'
  | 'not-found'
  | 'not-issued'
  | 'not-your-reissue'
  | 'origin-not-allowed'
  | 'parked'
  | 'password-locked'
  | 'password-rules'
  | 'password-wrong'
  | 'photo-damaged'
  | 'photo-too-large'
  | 'photo-too-many-pixels'
  | 'photo-too-small'
  | 'registration-proof-invalid'
  | 'request-refused'
  | 'stop-link-over'
  | 'stop-link-refused'
  | 'too-many-photos'
  | 'too-many-requests'
  | 'too-many-sends'
  | 'too-many-steps'
  | 'too-many-wrong-checks'
  | 'transfer-over'
  | 'unavailable'
  | 'unknown-api-key'
  | 'unknown-challenge'
  | 'unknown-photo'
  | 'unsupported-media-type'
  | 'wrong-state';
