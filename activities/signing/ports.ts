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
  /** The texts that a holder must have agreed to. */
  readonly terms: TermsCatalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The journal outside the database that records each certificate before it is stored. */
  readonly journal?: Pick<SignerJournal, 'append'> | undefined;
  /** Publicly known keys, which are not certified; none by default. */
  readonly weakKeys?: WeakKeyList | undefined;
  /** How far `notBefore` is in the past, in milliseconds; 0 by default. */
  readonly backdateMs?: number;
}

interface IssueRequest {
  readonly reissueId: string;
  readonly updateId: string;
  /** The trace that the attempt continues; decides nothing. */
  readonly traceparent?: string;
}

export type IssueOutcome =
  | { readonly outcome: 'ISSUED'; readonly serial: string }
  | { readonly outcome: 'REFUSED'; readonly code: RequestRefusal };

export interface SigningActivities {
  /**
   * Issues the certificate of a reissue once; a repeated call returns the same certificate. docs/signing-cycle.md
   * describes the steps and their recovery.
   *
   * Rejects with a failure that is not retried if the reissue lacks a requirement (`NOT_AUTHORISED`), its certificate
   * cannot be built, for example because it would outlive the CA (`CERTIFICATE_NOT_BUILDABLE`), or it would break lint
   * rules (`LINT_FAILED`, with the rules).
   */
  issueCertificate(request: IssueRequest): Promise<IssueOutcome>;
}

/**
 * The age at which an intent's attempt has certainly ended: the start-to-close timeout of the activity (30 s) and a
 * margin for clock differences. Milliseconds.
 */
export const intentLifetimeMs = 45_000;
