import { parseOneTimeCode, type IdentityMethod } from '#libs/domain';
import {
  ProviderClient,
  ProviderRefused,
  type Channel,
  type ProviderClientOptions,
} from '#libs/provider-client';
import { z } from 'zod';
import type { IdentityProvider, SendRequest, VerifyRequest, VerifyResult } from './identity-provider.js';

interface CodeProviderDescription {
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
  options: ProviderClientOptions,
): IdentityProvider {
  const client = new ProviderClient(provider, options);
  const sent = z.object({ status: z.enum(['SENT', unknownStatus]) });
  const transaction = z.object({ transactionId: z.string(), sent: z.boolean(), status: z.string() });
  const resultOf = (status: string) => (status === 'SENT' ? 'SENT' : 'UNKNOWN');

  const findSent = async (channel: Channel, transactionId: string) => {
    const found = await channel.find(`/transactions/${encodeURIComponent(transactionId)}`, transaction);
    return found && (found.sent || found.status === unknownStatus) ? resultOf(found.status) : undefined;
  };

  /** Who has the transaction of a challenge from before its provider was noted. */
  async function holderOf(transactionId: string): Promise<string> {
    const [only, ...others] = client.names;
    if (others.length === 0) return only!;
    const found = await client.find((channel) => findSent(channel, transactionId));
    if (!found) throw new ProviderRefused(`${provider} does not know the transaction`, 404);
    return found.address;
  }

  return {
    method,
    accepts: (answer) => parseOneTimeCode(answer) !== undefined,

    async send(request) {
      const { transactionId } = request;
      const { answer, address } = await client.perform({
        at: request.provider,
        // Whoever was told may have done it, however that was found out.
        repeated: request.repeated === true || request.provider != null,
        telling: request.telling,
        act: async (channel) =>
          resultOf((await channel.post(sendPath, { transactionId, ...addressee(request) }, sent)).status),
        find: (channel) => findSent(channel, transactionId),
      });
      return { status: answer, provider: address };
    },

    async verify({ transactionId, attemptId, answer, provider: named, repeated }: VerifyRequest) {
      const code = parseOneTimeCode(answer);
      if (code === undefined) return { status: 'MISMATCHED', finding: 'MALFORMED' };
      const holder = named ?? (await holderOf(transactionId));
      if (!client.names.includes(holder)) return { status: 'EXPIRED', finding: 'PROVIDER_NOT_CONFIGURED' };
      const { answer: result } = await client.perform<VerifyResult>({
        at: holder,
        repeated: repeated ?? false,
        act: (channel) => channel.post('/verifications', { transactionId, attemptId, code }, verification),
        find: (channel) => channel.find(`/verifications/${encodeURIComponent(attemptId)}`, verification),
      });
      return result;
    },
  };
}
