// Generated from openapi-ops.json by npm run client.
import type * as types from './types.gen.js';

/** Every endpoint of the API, by its operationId in the document. */
export const endpoints = {
  whoAmI: { method: 'GET', path: '/v1/me' },
  listReissues: { method: 'GET', path: '/v1/reissues' },
  countReissues: { method: 'GET', path: '/v1/reissues/count' },
  getReissue: { method: 'GET', path: '/v1/reissues/{id}' },
  getTimeline: { method: 'GET', path: '/v1/reissues/{id}/timeline' },
  claimReissue: { method: 'POST', path: '/v1/reissues/{id}/claim' },
  releaseReissue: { method: 'DELETE', path: '/v1/reissues/{id}/claim' },
  noteReissue: { method: 'POST', path: '/v1/reissues/{id}/notes' },
  findCustomer: { method: 'POST', path: '/v1/customers/search' },
  findReissues: { method: 'POST', path: '/v1/reissues/search' },
  listCertificates: { method: 'GET', path: '/v1/certificates' },
  getCertificate: { method: 'GET', path: '/v1/certificates/{serial}' },
  getCertificateFile: { method: 'GET', path: '/v1/certificates/{serial}/file' },
  getAuthority: { method: 'GET', path: '/v1/authority' },
  planOperation: { method: 'POST', path: '/v1/operations' },
  listOperations: { method: 'GET', path: '/v1/operations' },
  getOperation: { method: 'GET', path: '/v1/operations/{id}' },
  changeOperation: { method: 'PATCH', path: '/v1/operations/{id}' },
  listOperationItems: { method: 'GET', path: '/v1/operations/{id}/items' },
  confirmOperation: { method: 'POST', path: '/v1/operations/{id}/confirm' },
  approveOperation: { method: 'POST', path: '/v1/operations/{id}/approve' },
  rejectOperation: { method: 'POST', path: '/v1/operations/{id}/reject' },
  cancelOperation: { method: 'POST', path: '/v1/operations/{id}/cancel' },
  getFigures: { method: 'GET', path: '/v1/figures' },
  followChanges: { method: 'GET', path: '/v1/changes' },
  searchAudit: { method: 'GET', path: '/v1/audit' },
  exportAudit: { method: 'GET', path: '/v1/audit/export' },
  listCheckpoints: { method: 'GET', path: '/v1/audit/checkpoints' },
  reviewAccess: { method: 'GET', path: '/v1/audit/access-review' },
  exportEvidence: { method: 'GET', path: '/v1/reissues/{id}/evidence' },
  verifyEvidence: { method: 'POST', path: '/v1/evidence/verify' },
  listWebhooks: { method: 'GET', path: '/v1/webhooks' },
  createWebhook: { method: 'POST', path: '/v1/webhooks' },
  getWebhook: { method: 'GET', path: '/v1/webhooks/{id}' },
  changeWebhook: { method: 'PATCH', path: '/v1/webhooks/{id}' },
  deleteWebhook: { method: 'DELETE', path: '/v1/webhooks/{id}' },
  rotateWebhookSecret: { method: 'POST', path: '/v1/webhooks/{id}/secret' },
  testWebhook: { method: 'POST', path: '/v1/webhooks/{id}/test' },
  replayWebhook: { method: 'POST', path: '/v1/webhooks/{id}/replay' },
  beginDecoding: { method: 'POST', path: '/codec/session' },
  endDecoding: { method: 'DELETE', path: '/codec/session' },
  decodePayloads: { method: 'POST', path: '/codec/decode' },
  consoleConfig: { method: 'GET', path: '/v1/console-config' },
} as const;

/** The request and the response of each endpoint. */
export interface Endpoints {
  whoAmI: { data: types.WhoAmIData; answer: types.WhoAmIResponse };
  listReissues: { data: types.ListReissuesData; answer: types.ListReissuesResponse };
  countReissues: { data: types.CountReissuesData; answer: types.CountReissuesResponse };
  getReissue: { data: types.GetReissueData; answer: types.GetReissueResponse };
  getTimeline: { data: types.GetTimelineData; answer: types.GetTimelineResponse };
  claimReissue: { data: types.ClaimReissueData; answer: types.ClaimReissueResponse };
  releaseReissue: { data: types.ReleaseReissueData; answer: types.ReleaseReissueResponse };
  noteReissue: { data: types.NoteReissueData; answer: types.NoteReissueResponse };
  findCustomer: { data: types.FindCustomerData; answer: types.FindCustomerResponse };
  findReissues: { data: types.FindReissuesData; answer: types.FindReissuesResponse };
  listCertificates: { data: types.ListCertificatesData; answer: types.ListCertificatesResponse };
  getCertificate: { data: types.GetCertificateData; answer: types.GetCertificateResponse };
  getCertificateFile: { data: types.GetCertificateFileData; answer: unknown };
  getAuthority: { data: types.GetAuthorityData; answer: types.GetAuthorityResponse };
  planOperation: { data: types.PlanOperationData; answer: types.PlanOperationResponse };
  listOperations: { data: types.ListOperationsData; answer: types.ListOperationsResponse };
  getOperation: { data: types.GetOperationData; answer: types.GetOperationResponse };
  changeOperation: { data: types.ChangeOperationData; answer: types.ChangeOperationResponse };
  listOperationItems: { data: types.ListOperationItemsData; answer: types.ListOperationItemsResponse };
  confirmOperation: { data: types.ConfirmOperationData; answer: types.ConfirmOperationResponse };
  approveOperation: { data: types.ApproveOperationData; answer: types.ApproveOperationResponse };
  rejectOperation: { data: types.RejectOperationData; answer: types.RejectOperationResponse };
  cancelOperation: { data: types.CancelOperationData; answer: types.CancelOperationResponse };
  getFigures: { data: types.GetFiguresData; answer: types.GetFiguresResponse };
  followChanges: { data: types.FollowChangesData; answer: unknown };
  searchAudit: { data: types.SearchAuditData; answer: types.SearchAuditResponse };
  exportAudit: { data: types.ExportAuditData; answer: unknown };
  listCheckpoints: { data: types.ListCheckpointsData; answer: types.ListCheckpointsResponse };
  reviewAccess: { data: types.ReviewAccessData; answer: types.ReviewAccessResponse };
  exportEvidence: { data: types.ExportEvidenceData; answer: unknown };
  verifyEvidence: { data: types.VerifyEvidenceData; answer: types.VerifyEvidenceResponse };
  listWebhooks: { data: types.ListWebhooksData; answer: types.ListWebhooksResponse };
  createWebhook: { data: types.CreateWebhookData; answer: types.CreateWebhookResponse };
  getWebhook: { data: types.GetWebhookData; answer: types.GetWebhookResponse };
  changeWebhook: { data: types.ChangeWebhookData; answer: types.ChangeWebhookResponse };
  deleteWebhook: { data: types.DeleteWebhookData; answer: types.DeleteWebhookResponse };
  rotateWebhookSecret: { data: types.RotateWebhookSecretData; answer: types.RotateWebhookSecretResponse };
  testWebhook: { data: types.TestWebhookData; answer: types.TestWebhookResponse };
  replayWebhook: { data: types.ReplayWebhookData; answer: types.ReplayWebhookResponse };
  beginDecoding: { data: types.BeginDecodingData; answer: types.BeginDecodingResponse };
  endDecoding: { data: types.EndDecodingData; answer: types.EndDecodingResponse };
  decodePayloads: { data: types.DecodePayloadsData; answer: types.DecodePayloadsResponse };
  consoleConfig: { data: types.ConsoleConfigData; answer: types.ConsoleConfigResponse };
}
