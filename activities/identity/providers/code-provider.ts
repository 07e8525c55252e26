import { parseOneTimeCode, type IdentityMethod } from '#libs/domain';
import {
  ProviderClient,
  ProviderRefused,
  type ProviderEndpoint,
  type ProviderClientOptions,
} from '#libs/provider-client';
import { z } from 'zod';
import type { IdentityProvider, SendRequest, VerifyRequest, VerifyResult } from './identity-provider.js';

interface CodeProviderDescription {
  readonly method: IdentityMethod;
  /** The provider's name in error messages. */
  readonly provider: string;
  /** The path to which a request to send is posted. */
  readonly sendPath: string;
  /** The status for a destination that does not exist. */
  readonly unknownStatus: string;
  /** The members of the request that the provider gets besides the transaction. */
  readonly destination: (request: SendRequest) => Readonly<Record<string, string>>;
}

/** A CI is 64 bytes in base64. */
const verification = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('MATCHED'),
    ci: z.string().length(88),
    simChangedAt: z.iso.datetime({ offset: true }).optional(),
  }),
  z.object({ status: z.enum(['MISMATCHED', 'EXPIRED']) }),
]);

/** Creates an identity provider that sends a one-time code and later compares the typed code with it. */
export function createCodeProvider(
  { method, provider, sendPath, unknownStatus, destination }: CodeProviderDescription,
  options: ProviderClientOptions,
): IdentityProvider {
  const client = new ProviderClient(provider, options);
  const sent = z.object({ status: z.enum(['SENT', unknownStatus]) });
  const transaction = z.object({ transactionId: z.string(), sent: z.boolean(), status: z.string() });
  const resultOf = (status: string) => (status === 'SENT' ? 'SENT' : 'UNKNOWN');

  const findSent = async (endpoint: ProviderEndpoint, transactionId: string) => {
    const found = await endpoint.find(`/transactions/${encodeURIComponent(transactionId)}`, transaction);
    return found && (found.sent || found.status === unknownStatus) ? resultOf(found.status) : undefined;
  };

  /** Finds the provider of an older challenge, for which no provider was recorded. */
  async function holderOf(transactionId: string): Promise<string> {
    const [only, ...others] = client.names;
    if (others.length === 0) return only!;
    const found = await client.find((endpoint) => findSent(endpoint, transactionId));
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
        // A recorded provider may have sent the code already.
        repeated: request.repeated === true || request.provider != null,
        recordAddress: request.recordProvider,
        act: async (endpoint) =>
          resultOf((await endpoint.post(sendPath, { transactionId, ...destination(request) }, sent)).status),
        find: (endpoint) => findSent(endpoint, transactionId),
      });
      return { status: answer, provider: address };
    },

    async verify({ transactionId, attemptId, answer, provider: recorded, repeated }: VerifyRequest) {
      const code = parseOneTimeCode(answer);
      if (code === undefined) return { status: 'MISMATCHED', finding: 'MALFORMED' };
      const holder = recorded ?? (await holderOf(transactionId));
      if (!client.names.includes(holder)) return { status: 'EXPIRED', finding: 'PROVIDER_NOT_CONFIGURED' };
      const { answer: result } = await client.perform<VerifyResult>({
        at: holder,
        repeated: repeated ?? false,
        act: (endpoint) => endpoint.post('/verifications', { transactionId, attemptId, code }, verification),
        find: (endpoint) => endpoint.find(`/verifications/${encodeURIComponent(attemptId)}`, verification),
      });
      return result;
    },
  };
}
