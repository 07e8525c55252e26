import { randomBytes } from 'node:crypto';
import { ocspMediaTypes, ocspRequest, readOcspAnswer } from '#libs/ca';
import { z } from 'zod';

const timestamp = z.iso.datetime();

export const ocspAnswerSchema = z
  .object({
    status: z
      .enum(['good', 'revoked', 'unknown'])
      .nullable()
      .describe('A certificate on hold is `revoked` (RFC 6960 section 2.2); null: there is no answer'),
    revokedAt: timestamp.nullable(),
    reason: z.string().nullable().describe('CRLReason, e.g. `keyCompromise`'),
    thisUpdate: timestamp.nullable().describe('When the status was correct'),
    failure: z
      .enum(['NOT_ASKED', 'UNREACHABLE', 'NOT_VALID'])
      .nullable()
      .describe(
        'Why there is no answer: the responder is not configured or the certificate is of another CA, it did not respond, or its answer is an error or is not signed by the CA’s responder',
      ),
  })
  .meta({ id: 'OcspAnswer' });
type ShownAnswer = z.output<typeof ocspAnswerSchema>;

const timeoutMs = 3_000;

/**
 * Asks the OCSP responder for the status of a certificate, as a relying party does, and verifies the answer.
 *
 * @param url address of the responder; undefined: it is not asked
 * @param issuer DER of the issuing CA's certificate; undefined for the certificate of another CA
 */
export async function askResponder(
  url: string | undefined,
  { issuer, serial }: { readonly issuer: Buffer | undefined; readonly serial: string },
): Promise<ShownAnswer> {
  if (url === undefined || !issuer) return noAnswer('NOT_ASKED');
  const question = { issuer, serial, nonce: randomBytes(16) };
  let bytes: Buffer;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': ocspMediaTypes.request },
      body: new Uint8Array(ocspRequest(question)),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (!response.ok) return noAnswer('UNREACHABLE');
    bytes = Buffer.from(await response.arrayBuffer());
  } catch {
    return noAnswer('UNREACHABLE');
  }
  try {
    const { status, revokedAt, reason, thisUpdate } = readOcspAnswer(bytes, question);
    return {
      status,
      revokedAt: revokedAt?.toISOString() ?? null,
      reason: reason ?? null,
      thisUpdate: thisUpdate.toISOString(),
      failure: null,
    };
  } catch {
    return noAnswer('NOT_VALID');
  }
}

const noAnswer = (failure: NonNullable<ShownAnswer['failure']>): ShownAnswer => ({
  ...{ status: null, revokedAt: null, reason: null, thisUpdate: null },
  failure,
});
