import { compactVerify, CompactSign, createLocalJWKSet, importJWK, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';

/** The media type of a receipt, without `application/` (RFC 7515 section 4.1.9). */
const receiptType = 'consent-receipt+jwt';
const signatureAlgorithm = 'EdDSA';

/** A customer's answer to one text. */
const receiptConsentSchema = z.strictObject({
  termsId: z.string(),
  version: z.string(),
  digest: z.string().describe('SHA-256 of the UTF-8 text, hexadecimal'),
  locale: z.string(),
  agreed: z.boolean(),
  act: z.enum(['GIVEN', 'WITHDRAWN']),
});

/** The claims of a receipt (RFC 7519). They hold no personal data. */
const receiptClaimsSchema = z.strictObject({
  iss: z.string().describe('who confirms'),
  sub: z.string().describe('the reissue'),
  jti: z.string().describe('the receipt'),
  iat: z.int().describe('when it was recorded, in seconds since 1970'),
  consents: z.array(receiptConsentSchema).min(1),
});
export type ReceiptClaims = z.output<typeof receiptClaimsSchema>;

/** Signs receipts with the newest key. Ed25519 signatures are deterministic: the same claims give the same receipt. */
export class ReceiptSigner {
  private constructor(
    private readonly issuer: string,
    private readonly kid: string,
    private readonly key: CryptoKey,
  ) {}

  /**
   * @param keys the first one signs; the others stay published
   * @throws {TypeError} if a key is not a private Ed25519 key with a kid
   */
  static async create(
    issuer: string,
    { keys: [jwk] }: { readonly keys: readonly JWK[] },
  ): Promise<ReceiptSigner> {
    if (jwk?.kty !== 'OKP' || jwk.crv !== 'Ed25519' || !jwk.d || !jwk.kid)
      throw new TypeError('the first receipt key is not a private Ed25519 key with a kid');
    return new ReceiptSigner(issuer, jwk.kid, (await importJWK(jwk, signatureAlgorithm)) as CryptoKey);
  }

  /** @returns a compact JWS */
  sign(claims: Omit<ReceiptClaims, 'iss'>): Promise<string> {
    const payload = JSON.stringify({ iss: this.issuer, ...claims } satisfies ReceiptClaims);
    return new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: signatureAlgorithm, kid: this.kid, typ: receiptType })
      .sign(this.key);
  }
}

/**
 * Verifies a receipt with the published keys.
 *
 * @throws {Error} of `jose` if no key matches the signature, {@link z.ZodError} if the claims are not those of a receipt
 */
export async function verifyReceipt(
  receipt: string,
  { keys }: { readonly keys: readonly JWK[] },
): Promise<ReceiptClaims> {
  const { payload } = await compactVerify(receipt, createLocalJWKSet({ keys: [...keys] }), {
    algorithms: [signatureAlgorithm],
  }).then((verified) => {
    if (verified.protectedHeader.typ !== receiptType) throw new Error(`it is not a ${receiptType}`);
    return verified;
  });
  return receiptClaimsSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
}

/** The public parts of receipt keys, for publication. @throws {TypeError} if one is not an Ed25519 key with a kid */
export function publicReceiptKeys({ keys }: { readonly keys: readonly JWK[] }): { keys: JWK[] } {
  return {
    keys: keys.map(({ kty, crv, x, kid }) => {
      if (kty !== 'OKP' || crv !== 'Ed25519' || !x || !kid)
        throw new TypeError('a receipt key is not an Ed25519 key with a kid');
      return { kty, crv, x, kid, alg: signatureAlgorithm, use: 'sig' };
    }),
  };
}
