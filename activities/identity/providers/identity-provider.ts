import type { Carrier, IdentityMethod } from '#libs/domain';

/** The destination of a challenge. Each provider gets only the members that it needs. */
export interface SendRequest {
  /** The provider sends one message per transaction. */
  readonly transactionId: string;
  readonly name: string;
  /** Digits only. */
  readonly mobile: string;
  /** Undefined if neither the application nor the file has it. */
  readonly carrier: Carrier | undefined;
  readonly bank: string;
  /** Digits only. */
  readonly account: string;
  /** True if an earlier call may have reached a provider, which is then asked before a message is sent again. */
  readonly repeated?: boolean;
  /** The provider that `recordProvider` recorded last. It may have the transaction, so no other is called. */
  readonly provider?: string | null;
  /** Called before a provider is asked to send, and with null once it is certain that none of them sent. */
  readonly recordProvider?: (provider: string | null) => Promise<void>;
}

/** UNKNOWN: the provider knows no such person, so nothing was sent. */
interface SendResult {
  readonly status: 'SENT' | 'UNKNOWN';
  /** The configured provider that has the transaction and verifies its answer. */
  readonly provider: string;
}

export interface VerifyRequest {
  readonly transactionId: string;
  /** The provider compares one answer per attempt. */
  readonly attemptId: string;
  /** The opened answer: a code as it was typed or pasted, or JSON. */
  readonly answer: string;
  /** The provider that has the transaction; null if nothing was sent. */
  readonly provider: string | null;
  /** As in {@link SendRequest}. */
  readonly repeated?: boolean;
  readonly reissueId: string;
  readonly challengeId: string;
  /** The nonce in the text to sign; null if the method signs nothing. */
  readonly nonce: string | null;
  /** The claimed customer; null if the person is unknown. */
  readonly customerId: string | null;
}

/** `finding` is the reason for the audit entry; it holds no person and no answer. */
export type VerifyResult =
  | {
      readonly status: 'MATCHED';
      readonly ci: string;
      /** When the SIM of the number was last changed (ISO 8601), if the provider knows it. */
      readonly simChangedAt?: string | undefined;
    }
  | { readonly status: 'MISMATCHED' | 'EXPIRED'; readonly finding?: string };

/**
 * Verifies an identity by one method: a system outside the bank, or the bank's own records.
 *
 * All calls throw `ProviderUnavailable` or, if the outcome is unknown, its subclass `OutcomeUnknown`: repeat with
 * `repeated`. `ProviderRefused` is final. None of these errors carries personal data.
 */
export interface IdentityProvider {
  readonly method: IdentityMethod;
  /** Whether an answer has a valid form. Others are refused before a try is reserved. */
  accepts(answer: string): boolean;
  /** The uploaded photo that an answer must name; absent if the method needs no photo. */
  photoOf?(answer: string): string | undefined;
  /** Absent if the method sends nothing. */
  send?(request: SendRequest): Promise<SendResult>;
  verify(request: VerifyRequest): Promise<VerifyResult>;
}
