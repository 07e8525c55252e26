import type { RoleDatabase } from '#libs/db';
import { customerById } from '#libs/db/customers';
import { unacceptedPhoto } from '#libs/db/identity';
import { findReissue } from '#libs/db/reissues';
import { unknownCustomerId, readIdentityDocument, type Clock } from '#libs/domain';
import { ProviderClient, type ProviderClientOptions } from '#libs/provider-client';
import { openPhoto, type VaultKeys } from '#libs/vault';
import { z } from 'zod';
import type { IdentityProvider, VerifyRequest, VerifyResult } from './identity-provider.js';

const answerSchema = z.strictObject({
  type: z.string(),
  rrn: z.string(),
  issuedOn: z.string(),
  licenceNumber: z.string().optional(),
  photoId: z.string().regex(/^ph_[0-9a-f]{32}$/),
});

/** A CI is 64 bytes in base64. The finding goes into the audit entry. */
const check = z.discriminatedUnion('status', [
  z.object({ status: z.literal('MATCHED'), ci: z.string().length(88) }),
  z.object({ status: z.literal('MISMATCHED'), finding: z.string().regex(/^[A-Z_]{1,40}$/) }),
]);

interface DocumentProviderOptions extends ProviderClientOptions {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  /** Keys that open the sealed photo. */
  readonly vaultKeys: VaultKeys;
}

/**
 * Verifies by an identity document; nothing is sent. The customer seals the data of the document as JSON {type, rrn,
 * issuedOn, licenceNumber?, photoId}; `photoId` names a photo that was uploaded in this reissue. The issuing authority
 * checks that the document exists and that the photo shows it.
 */
export function createDocumentProvider({
  db,
  clock,
  vaultKeys,
  ...options
}: DocumentProviderOptions): IdentityProvider {
  const client = new ProviderClient('document authority', options);
  const read = (text: string) => {
    const photoId = photoOf(text);
    const document = photoId === undefined ? undefined : readIdentityDocument(text, clock());
    return photoId === undefined || !document ? undefined : { photoId, document };
  };

  return {
    method: 'ID_DOCUMENT',
    accepts: (answer) => read(answer) !== undefined,
    photoOf,

    async verify({ reissueId, attemptId, transactionId, answer, repeated, provider }: VerifyRequest) {
      const given = read(answer);
      if (!given) return { status: 'MISMATCHED', finding: 'MALFORMED' };
      const reissue = await findReissue(db, reissueId);
      const photo = await unacceptedPhoto(db, reissueId, given.photoId);
      if (!reissue || !photo) return { status: 'MISMATCHED', finding: 'NO_PHOTO' };
      const jpeg = await openPhoto(photo.sealed, { reissueId, photoId: given.photoId }, vaultKeys);
      const customer = await customerById(db, reissue.customer_id ?? unknownCustomerId);
      const name = customer?.name ?? reissue.applicant_name;
      const { type, number, issuedOn, licenceNumber } = given.document;
      const { answer: found } = await client.perform<VerifyResult>({
        at: provider,
        repeated: repeated ?? false,
        act: (endpoint) =>
          endpoint.post(
            '/checks',
            {
              ...{ transactionId, attemptId, name },
              ...{ type, rrn: number.digits, issuedOn, ...(licenceNumber ? { licenceNumber } : {}) },
              photo: jpeg.toString('base64'),
            },
            check,
          ),
        find: (endpoint) => endpoint.find(`/checks/${encodeURIComponent(attemptId)}`, check),
      });
      return found;
    },
  };
}

/** The photo that an answer names; undefined if the answer has a wrong form. */
function photoOf(answer: string): string | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(answer)).data?.photoId;
  } catch {
    return undefined;
  }
}
