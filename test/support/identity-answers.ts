import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import type { Challenge } from '#libs/contracts';
import type { IdentityMethod } from '#libs/domain';
import type { Customer } from './customer.js';
import { expectSuccess } from './http.js';
import { documentFieldsOf, rememberDocument, type DocumentFields } from './applicant-body.js';
import type { Person } from './sandbox.js';

/** Answers by the method of their challenge. */
export type IdentityAnswers = Partial<Record<IdentityMethod, string>>;

/** The right answer of a person to a challenge. */
export async function rightAnswer(customer: Customer, challenge: Challenge): Promise<string> {
  const { person, sandbox } = customer;
  switch (challenge.method) {
    case 'PHONE_CODE':
      return sandbox.phoneCode(person);
    case 'ONE_WON':
      return sandbox.depositCode(person);
    case 'ID_DOCUMENT':
      return documentAnswer(customer);
    case 'OLD_CERTIFICATE':
      return signedWithOld(person, challenge);
  }
}

/** The answer with the fields of an identity document. Uploads its photo first. */
export async function documentAnswer(
  customer: Customer,
  fields: Partial<DocumentFields> = {},
): Promise<string> {
  const { photoId } = expectSuccess(await customer.uploadPhoto());
  const document = { ...documentFieldsOf(customer.person), ...fields };
  rememberDocument(document);
  return JSON.stringify({ ...document, photoId });
}

/**
 * The signature over a challenge with the key of a person's old certificate.
 *
 * @param toSign base64url; a test may pass other bytes than the challenge's
 * @throws Error if the person has no old certificate
 */
export function signedWithOld(
  { oldCertificate, oldKey }: Pick<Person, 'oldCertificate' | 'oldKey'>,
  { toSign = '' }: Pick<Challenge, 'toSign'>,
): string {
  if (!oldCertificate || !oldKey) throw new Error('there is no old certificate to sign with');
  const signature = sign('sha256', Buffer.from(toSign, 'base64url'), createPrivateKey(oldKey));
  return JSON.stringify({
    certificate: new X509Certificate(oldCertificate).raw.toString('base64'),
    signature: signature.toString('base64url'),
  });
}
