import type { IdentityMethod } from '#libs/domain';

/** Whom to send a code to. Each provider is given only what it needs of it. */
export interface SendRequest {
  /** The provider sends once per transaction. */
  readonly transactionId: string;
  readonly name: string;
  /** Digits only. */
  readonly mobile: string;
  readonly bank: string;
  /** Digits only. */
  readonly account: string;
  /** True if an earlier call may have reached the provider: it is asked before anything is sent again. */
  readonly repeated?: boolean;
}

/** UNKNOWN: the provider knows no such person, so nothing was sent. */
export type SendResult = 'SENT' | 'UNKNOWN';

export interface VerifyRequest {
  readonly transactionId: string;
  /** The provider compares once per attempt. */
  readonly attemptId: string;
  readonly code: string;
  /** As in {@link SendRequest}. */
  readonly repeated?: boolean;
}

export type VerifyResult =
  { readonly status: 'MATCHED'; readonly ci: string } | { readonly status: 'MISMATCHED' | 'EXPIRED' };

/**
 * Somebody outside the bank who can tell that a person is who they say.
 *
 * All calls throw `ProviderUnavailable` or, where the outcome is not known, its subclass `OutcomeUnknown`: repeat
 * with `repeated`. `ProviderRefused` is final. None of them carries personal data. A call takes at most two
 * timeouts, because it asks what became of a request whose answer was lost.
 */
export interface IdentityProvider {
  readonly method: IdentityMethod;
  send(request: SendRequest): Promise<SendResult>;
  verify(request: VerifyRequest): Promise<VerifyResult>;
  /** What became of a request to send; undefined if it never arrived. */
  findSent(transactionId: string): Promise<SendResult | undefined>;
  /** What was answered to an attempt; undefined if it never arrived. */
  findVerification(attemptId: string): Promise<VerifyResult | undefined>;
}
