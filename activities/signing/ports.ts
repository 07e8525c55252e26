import type { Authorities, CertificateProfile, RequestRefusal, WeakKeyList } from '#libs/ca';
import type { RoleDatabase } from '#libs/db';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { SignerJournal } from '#libs/signer-journal';
import type { TermsCatalogue } from '#libs/terms';

export interface SigningPorts {
  readonly db: RoleDatabase<'signer'>;
  readonly authorities: Authorities;
  readonly profile: CertificateProfile;
  /** To which texts a holder must have agreed. */
  readonly terms: TermsCatalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where each certificate is written before it is stored, apart from the database; without it nowhere. */
  readonly journal?: Pick<SignerJournal, 'append'> | undefined;
  /** Keys that are not certified because others know them; none by default. */
  readonly weakKeys?: WeakKeyList | undefined;
  /** By how much `notBefore` lies in the past, in milliseconds; not at all by default. */
  readonly backdateMs?: number;
}

interface IssueRequest {
  readonly reissueId: string;
  readonly updateId: string;
}

export type IssueOutcome =
  | { readonly outcome: 'ISSUED'; readonly serial: string }
  | { readonly outcome: 'REFUSED'; readonly code: RequestRefusal };

export interface SigningActivities {
  /**
   * Issues the certificate of a reissue, once: asked again, it answers with the same one. docs/signing-cycle.md has the steps,
   * and what becomes of it if they break off.
   *
   * Rejects with a failure that is not retried if the reissue is not ready to be signed (`NOT_AUTHORISED`), its
   * certificate cannot be made, the CA's own end included (`CERTIFICATE_NOT_BUILDABLE`), or it would break a rule
   * (`LINT_FAILED`, naming the rules).
   */
  issueCertificate(request: IssueRequest): Promise<IssueOutcome>;
}

/**
 * How old an intent is when the attempt that wrote it can no longer be at work: more than the start-to-close
 * timeout of the activity (30 s), and a margin for clocks that differ.
 */
export const intentLifetimeMs = 45_000;
