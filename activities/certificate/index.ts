import type { ProveRegistration, RequestCertificate } from '#libs/domain';
import type { ConsentContext } from '#activities/consent';
import type { RegistryKeys } from '#libs/vault';
import type { Secrets } from '#activities/secrets';
import type { IssueOutcome } from '#activities/signing';
import { proveRegistration } from './register.js';
import { recordIssue, requestCertificate } from './request.js';

export interface CertificateContext extends ConsentContext {
  readonly secrets: Secrets;
  /** Open the resident registration numbers on file. */
  readonly registryKeys: RegistryKeys;
}

/** The steps around the new certificate that touch only the database; signing is the signer's. */
export function createCertificateSteps(context: CertificateContext) {
  return {
    requestCertificate: (reissueId: string, message: RequestCertificate) =>
      requestCertificate(context, reissueId, message),
    recordIssue: (reissueId: string, message: RequestCertificate, issued: IssueOutcome) =>
      recordIssue(context, reissueId, message, issued),
    proveRegistration: (reissueId: string, message: ProveRegistration) =>
      proveRegistration(context, reissueId, message),
  };
}
export type CertificateSteps = ReturnType<typeof createCertificateSteps>;
