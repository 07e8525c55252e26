import type { IdentityMethod } from '#libs/domain';
import { callProvider, once, ProviderRefused, type ProviderOptions } from '#libs/provider-client';
import { z } from 'zod';
import type { IdentityProvider, SendRequest, SendResult, VerifyResult } from './identity-provider.js';

export interface CodeProviderDescription {
  readonly method: IdentityMethod;
  /** Name for messages. */
  readonly provider: string;
  /** The collection to which a request to send is posted. */
  readonly sendPath: string;
  /** The status that says that nobody answers to the request. */
  readonly unknownStatus: string;
  /** What of the request the provider is told, beside the transaction. */
  readonly addressee: (request: SendRequest) => Readonly<Record<string, string>>;
}

/** A CI is 64 bytes in base64. */
const verification = z.discriminatedUnion('status', [
  z.object({ status: z.literal('MATCHED'), ci: z.string().length(88) }),
  z.object({ status: z.enum(['MISMATCHED', 'EXPIRED']) }),
]);

/** An identity provider that sends a one-time code and later compares what was typed with it. */
export function createCodeProvider(
  { method, provider, sendPath, unknownStatus, addressee }: CodeProviderDescription,
  options: ProviderOptions,
): IdentityProvider {
  const sent = z.object({ status: z.enum(['SENT', unknownStatus]) });
  const transaction = z.object({ transactionId: z.string(), sent: z.boolean(), status: z.string() });
  const resultOf = (status: string): SendResult => (status === 'SENT' ? 'SENT' : 'UNKNOWN');

  async function send(request: SendRequest): Promise<SendResult> {
    const { status } = await callProvider(options, {
      provider,
      path: sendPath,
      body: { transactionId: request.transactionId, ...addressee(request) },
      answer: sent,
    });
    return resultOf(status);
  }

  async function findSent(transactionId: string): Promise<SendResult | undefined> {
    const found = await find(`/transactions/${encodeURIComponent(transactionId)}`, transaction);
    if (!found?.sent && found?.status !== unknownStatus) return undefined;
    return resultOf(found.status);
  }

  async function findVerification(attemptId: string): Promise<VerifyResult | undefined> {
    return find(`/verifications/${encodeURIComponent(attemptId)}`, verification);
  }

  async function find<T>(below: string, answer: z.ZodType<T>): Promise<T | undefined> {
    try {
      return await callProvider(options, { provider, path: below, answer });
    } catch (error) {
      if (error instanceof ProviderRefused && error.status === 404) return undefined;
      throw error;
    }
  }

  return {
    method,
    findSent,
    findVerification,
    send: (request) =>
      once({
        repeated: request.repeated ?? false,
        act: () => send(request),
        find: () => findSent(request.transactionId),
      }),
    verify: ({ transactionId, attemptId, code, repeated }) =>
      once<VerifyResult>({
        repeated: repeated ?? false,
        act: () =>
          callProvider(options, {
            provider,
            path: '/verifications',
            body: { transactionId, attemptId, code },
            answer: verification,
          }),
        find: () => findVerification(attemptId),
      }),
  };
}
