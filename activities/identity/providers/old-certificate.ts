import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { verifyPossession } from '#libs/ca';
import type { RoleDatabase } from '#libs/db';
import {
  certificateOnFile,
  issuerBySubject,
  type CertificateRow,
  type IssuerRow,
} from '#libs/db/certificates';
import { customerById } from '#libs/db/customers';
import { derOfText, FormatError } from '#libs/der';
import { parseBase64Url, identityText, unknownCustomerId, type Clock } from '#libs/domain';
import type { IdentityProvider, VerifyRequest, VerifyResult } from './identity-provider.js';

const dayMs = 24 * 3600 * 1000;

/** Bytes as base64 of any alphabet, or as PEM. The size fits into an envelope. */
const bytes = z
  .string()
  .max(8192)
  .transform((text, context) => {
    try {
      if (text.includes('-----BEGIN ')) return Buffer.from(derOfText(text, ['CERTIFICATE']));
      const encoded = parseBase64Url(text);
      if (encoded) return Buffer.from(encoded, 'base64url');
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    context.addIssue({ code: 'custom', message: 'must be base64 or PEM' });
    return z.NEVER;
  });
const answerSchema = z.strictObject({ certificate: bytes, signature: bytes });
type Answer = z.output<typeof answerSchema>;

interface OldCertificateOptions {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  /** The number of days after its expiry during which a certificate still proves the identity. */
  readonly expiredForDays: number;
}

/**
 * Verifies by a signature of the old certificate, with the bank's own records: the certificate must be the one on file,
 * issued by one of our CAs, neither revoked nor on hold, and not expired for too long. The certificate in the answer is
 * only compared with the one on file, so that no key or certificate made by a stranger is ever parsed.
 */
export function createOldCertificateProvider({
  db,
  clock,
  expiredForDays,
}: OldCertificateOptions): IdentityProvider {
  return {
    method: 'OLD_CERTIFICATE',
    accepts: (answer) => parse(answer) !== undefined,
    async verify(request): Promise<VerifyResult> {
      const answer = parse(request.answer);
      if (!answer) return { status: 'MISMATCHED', finding: 'MALFORMED' };
      // Unknown persons cause the same queries, so that their answers take equally long.
      const customerId = request.customerId ?? unknownCustomerId;
      const customer = await customerById(db, customerId);
      const onFile = await certificateOnFile(db, customerId);
      const issuer = await issuerBySubject(db, onFile?.issuer ?? '');
      const latest = new Date(clock().getTime() - expiredForDays * dayMs);
      if (!customer) return { status: 'MISMATCHED', finding: 'NOT_A_CUSTOMER' };
      const finding = findingOf(answer, request, onFile, issuer, latest);
      return finding ? { status: 'MISMATCHED', finding } : { status: 'MATCHED', ci: customer.ci };
    },
  };
}

/**
 * Why the certificate or its signature is not accepted; undefined if both are.
 *
 * @param latest a certificate that expired before it is refused
 */
function findingOf(
  { certificate, signature }: Answer,
  { reissueId, challengeId, nonce }: VerifyRequest,
  onFile: CertificateRow | undefined,
  issuer: IssuerRow | undefined,
  latest: Date,
): string | undefined {
  if (!onFile?.der) return 'NO_CERTIFICATE';
  if (!certificate.equals(onFile.der)) return 'OTHER_CERTIFICATE';
  if (onFile.revoked_at) return 'REVOKED';
  if (onFile.hold_at) return 'ON_HOLD';
  if (onFile.not_after < latest) return 'EXPIRED_TOO_LONG';
  const holder = new X509Certificate(onFile.der);
  if (!issuer || !isIssuedBy(holder, issuer)) return 'NOT_OF_OUR_ISSUER';
  if (nonce === null) return 'NOTHING_TO_SIGN';
  const spki = holder.publicKey.export({ format: 'der', type: 'spki' });
  const signed = Buffer.from(identityText(reissueId, challengeId, nonce));
  if (!verifyPossession(spki, signed, signature)) return 'SIGNATURE_WRONG';
  return undefined;
}

/** Whether this issuer signed the certificate, and its root the issuer. */
function isIssuedBy(holder: X509Certificate, { certificate, root }: IssuerRow): boolean {
  const chain = [holder, new X509Certificate(certificate), new X509Certificate(root)];
  return chain.every((each, index) => {
    const above = chain[index + 1] ?? each; // a root signs itself
    return each.checkIssued(above) && each.verify(above.publicKey);
  });
}

function parse(text: string): Answer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
