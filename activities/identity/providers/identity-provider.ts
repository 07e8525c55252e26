import type { Carrier, IdentityMethod } from '#libs/domain';

/** To whom something is sent. Each provider is given only what it needs of it. */
export interface SendRequest {
  /** The provider sends once per transaction. */
  readonly transactionId: string;
  readonly name: string;
  /** Digits only. */
  readonly mobile: string;
  /** Undefined where nobody named it and none is on file. */
  readonly carrier: Carrier | undefined;
  readonly bank: string;
  /** Digits only. */
  readonly account: string;
  /** True if an earlier call may have reached a provider: it is asked before anything is sent again. */
  readonly repeated?: boolean;
  /** Who may have the transaction, as `telling` was told last; nobody else is told then. */
  readonly provider?: string | null;
  /** Waited for before a provider is told to send, and with null once it is sure that none of them did. */
  readonly telling?: (provider: string | null) => Promise<void>;
}

/** UNKNOWN: the provider knows no such person, so nothing was sent. */
export interface SendResult {
  readonly status: 'SENT' | 'UNKNOWN';
  /** Which of the configured providers has the transaction: the one to ask when the answer comes. */
  readonly provider: string;
}

export interface VerifyRequest {
  readonly transactionId: string;
  /** Compared once per attempt. */
  readonly attemptId: string;
  /** As the customer sealed it: a code as they typed or pasted it, or JSON. */
  readonly answer: string;
  /** Which provider has the transaction; null where nothing was sent. */
  readonly provider: string | null;
  /** As in {@link SendRequest}. */
  readonly repeated?: boolean;
  readonly reissueId: string;
  readonly challengeId: string;
  /** Of what was to be signed; null where nothing is. */
  readonly nonce: string | null;
  /** Whom the applicant's words point at; null where the bank knows nobody of them. */
  readonly customerId: string | null;
}

/** `finding` says why, for the auditor: never who, and never what was answered. */
export type VerifyResult =
  | { readonly status: 'MATCHED'; readonly ci: string }
  | { readonly status: 'MISMATCHED' | 'EXPIRED'; readonly finding?: string };

/**
 * One way to find out that a person is who they say: somebody outside the bank, or the bank's own records.
 *
 * All calls throw `ProviderUnavailable` or, where the outcome is not known, its subclass `OutcomeUnknown`: repeat
 * with `repeated`. `ProviderRefused` is final. None of them carries personal data.
 */
export interface IdentityProvider {
  readonly method: IdentityMethod;
  /** Whether an answer has the form of one; any other is refused before a try is taken. */
  accepts(answer: string): boolean;
  /** The uploaded photo that an answer names, of which it is worth nothing without; absent where none is needed. */
  photoOf?(answer: string): string | undefined;
  /** Absent where nothing is sent: the challenge waits for what the customer has already. */
  send?(request: SendRequest): Promise<SendResult>;
  verify(request: VerifyRequest): Promise<VerifyResult>;
}
