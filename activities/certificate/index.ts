import type { ProveRegistration, RequestCertificate } from '#libs/domain';
import type { RiskAnswer } from '#libs/risk';
import type { IssueOutcome } from '#activities/signing';
import type { CertificateContext } from './context.js';
import { proveRegistration } from './register.js';
import { recordIssue, requestCertificate } from './request.js';

/** The steps around the new certificate that touch only the database. The signer signs. */
export function createCertificateSteps(context: CertificateContext) {
  return {
    requestCertificate: (reissueId: string, message: RequestCertificate, risk?: RiskAnswer) =>
      requestCertificate(context, reissueId, message, risk),
    recordIssue: (reissueId: string, message: RequestCertificate, issued: IssueOutcome) =>
      recordIssue(context, reissueId, message, issued),
    proveRegistration: (reissueId: string, message: ProveRegistration) =>
      proveRegistration(context, reissueId, message),
  };
}
export type CertificateSteps = ReturnType<typeof createCertificateSteps>;

export { createVidChecks } from './vid-check.js';
export type { VidCheckAnswer, VidCheckRequest, VidChecks } from './vid-check.js';
export { wrongCheckLimits } from './wrong-checks.js';
