import { derOfText, pemOf } from '#libs/der';
import { parseBase64Url, carriers, identityMethods, parseMobileNumber, reasons } from '#libs/domain';
import { z } from 'zod';
import { challengeSchema } from './challenge.js';
import { reissueSchema } from './reissue.js';

const envelope = z
  .string()
  .max(8192)
  .regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/, 'must be a compact JWE')
  .describe('compact JWE, sealed to a key of GET /v1/keys');

/** Text that is accepted in several forms and stored in one. @param read returns that form; undefined for invalid text */
const normalizedBy = (text: z.ZodString, read: (text: string) => string | undefined, message: string) =>
  text.transform((value, context) => {
    const kept = read(value);
    if (kept !== undefined) return kept;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const mobile = normalizedBy(z.string().max(40), parseMobileNumber, 'must be a Korean mobile number').describe(
  'Korean mobile number; may contain spaces, dots, hyphens and the country code +82',
);

const name = z
  .string()
  .max(240)
  .transform((text) =>
    text
      .normalize('NFC')
      .replace(/\p{Cf}/gu, '')
      .replace(/\s+/gu, ' ')
      .trim(),
  )
  .pipe(
    z
      .string()
      .min(1)
      .max(60)
      .regex(/^[^\p{C}]+$/u, 'must not have control characters'),
  )
  .describe('1 to 60 characters; the comparison ignores case and the number of spaces');

export const consentSchema = z.strictObject({
  termsId: z
    .string()
    .max(64)
    .regex(/^[\w.-]+$/, 'must be the id of terms'),
  version: z
    .string()
    .max(32)
    .regex(/^[\w.-]+$/, 'must be the version of terms'),
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal'),
  agreed: z.boolean(),
});

const challengeId = z.string().max(64).regex(/^\w+$/, 'must be the id of a challenge');

const methods = z
  .array(z.enum(identityMethods))
  .min(1)
  .max(4)
  .refine((list) => new Set(list).size === list.length, 'must not name a method twice');

const consents = z.array(consentSchema).max(32);
const csr = normalizedBy(z.string().max(16_384), requestAsPem, 'must be a PKCS#10 request in PEM').describe(
  'PKCS#10 (RFC 2986) in PEM (RFC 7468), for the key named at the start; text around the block is not stored',
);

/** The request without the text around it, which may contain personal data. */
function requestAsPem(text: string): string | undefined {
  try {
    const der = derOfText(text, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']);
    return pemOf(der, 'CERTIFICATE REQUEST');
  } catch {
    return undefined;
  }
}

/** An applicant, identified by mobile number, resident registration number or identity document. */
const applicant = z.union([
  z.strictObject({
    name,
    mobile,
    carrier: z.enum(carriers).optional().describe('of the mobile number, if the applicant knows it'),
  }),
  z.strictObject({
    name,
    rrn: envelope.describe(
      'purpose rrn, sub the Idempotency-Key; the resident registration number, 13 digits',
    ),
  }),
  z.strictObject({
    name,
    document: envelope.describe(
      'purpose document, sub the Idempotency-Key; JSON {type: RESIDENT_CARD or DRIVING_LICENCE, rrn, ' +
        'issuedOn: YYYY-MM-DD, licenceNumber: of a driving licence}',
    ),
  }),
]);

export const startRequestSchema = z
  .strictObject({
    reason: z.enum(reasons),
    applicant,
    keyThumbprint: z
      .string()
      .regex(/^[\w-]{43}$/, 'must be an RFC 7638 SHA-256 thumbprint in base64url')
      .describe('RFC 7638 thumbprint of the key that the certificate will be issued for'),
    consents: consents.describe('to the terms of stage identity'),
    methods: methods.optional().describe('identity challenges to send at once'),
  })
  .meta({ id: 'StartRequest' });

export const challengesRequestSchema = z.strictObject({ methods }).meta({ id: 'ChallengesRequest' });

export const verificationsRequestSchema = z
  .strictObject({
    answers: z
      .array(
        z.strictObject({
          challengeId,
          answer: envelope.describe(
            'purpose identity; the code’s digits, or JSON: {certificate, signature} for OLD_CERTIFICATE (base64 of the ' +
              'DER; base64url of the signature over toSign, ECDSA as DER, RSA as PKCS#1 v1.5, SHA-256), ' +
              '{type, rrn, issuedOn, licenceNumber?, photoId} for ID_DOCUMENT',
          ),
        }),
      )
      .min(1)
      .max(4)
      .refine(
        (answers) => new Set(answers.map((answer) => answer.challengeId)).size === answers.length,
        'must not answer a challenge twice',
      ),
  })
  .meta({ id: 'VerificationsRequest' });

export const photoResponseSchema = z
  .object({ photoId: z.string().describe('to be sent in the answer to the challenge of ID_DOCUMENT') })
  .meta({ id: 'PhotoResponse' });
export type PhotoResponse = z.output<typeof photoResponseSchema>;

export const passwordRequestSchema = z
  .strictObject({ password: envelope.describe('purpose password') })
  .meta({ id: 'PasswordRequest' });

export const passwordResetRequestSchema = z
  .strictObject({ newPassword: envelope.describe('purpose password') })
  .meta({ id: 'PasswordResetRequest' });

export const consentsRequestSchema = z
  .strictObject({ consents: consents.min(1) })
  .meta({ id: 'ConsentsRequest' });

const vidRandom = envelope.describe('purpose vid-random; 20 random bytes (R) in hexadecimal');

export const certificateRequestSchema = z.strictObject({ csr, vidRandom }).meta({ id: 'CertificateRequest' });

export const applicationRequestSchema = z
  .strictObject({
    password: envelope.optional().describe('purpose password'),
    newPassword: envelope.optional().describe('purpose password; instead of password'),
    consents: consents.min(1).optional(),
    csr: csr.optional(),
    vidRandom: vidRandom.optional(),
  })
  .refine((body) => !(body.password && body.newPassword), {
    path: ['newPassword'],
    message: 'must not be sent together with password',
  })
  .refine((body) => (body.csr === undefined) === (body.vidRandom === undefined), {
    path: ['vidRandom'],
    message: 'csr and vidRandom must be sent together',
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), {
    message: 'must have at least one part',
  })
  .meta({ id: 'ApplicationRequest' });

export const registrationRequestSchema = z
  .strictObject({
    challengeId,
    signature: normalizedBy(z.string().max(2048), parseBase64Url, 'must be base64url').describe(
      'base64url; ECDSA as DER, RSA as PKCS#1 v1.5; SHA-256',
    ),
  })
  .meta({ id: 'RegistrationRequest' });

/** Serial number of a certificate, in hexadecimal as tools print it. */
export const serialSchema = z
  .string()
  .regex(/^[0-9a-fA-F]{1,40}$/, 'must be a serial number in hexadecimal')
  .transform((serial) => serial.toLowerCase())
  .describe('serial number of the certificate, hexadecimal');

export const vidCheckRequestSchema = z
  .strictObject({
    rrn: envelope.describe('purpose rrn; the resident registration number, 13 digits'),
    random: vidRandom,
  })
  .meta({ id: 'VidCheckRequest' });

export const vidCheckResponseSchema = z
  .object({
    serial: z.string(),
    matches: z
      .boolean()
      .describe('whether the VID of the certificate was computed from this number and this R'),
  })
  .meta({ id: 'VidCheckResponse' });

const base64url = (most: number) =>
  normalizedBy(z.string().max(Math.ceil((most * 4) / 3)), parseBase64Url, 'must be base64url');
const share = base64url(32).describe('base64url; the public share of this device, 32 bytes');
const box = z
  .string()
  .regex(/^\d{4}$/, 'must be four digits')
  .describe('the first four digits of the number');

/** The answer of a customer to the link in a message. */
export const stopLinkRequestSchema = z
  .strictObject({
    reissueId: z
      .string()
      .regex(/^ri_[0-9a-f]{32}$/, 'must be a reissue id')
      .describe('before the point in the fragment of the link'),
    token: z
      .string()
      .regex(/^[\w-]{16,64}$/, 'must be the token of a link')
      .describe('after the point in the fragment of the link'),
    answer: z
      .enum(['STOP', 'MINE'])
      .describe('`STOP`: end the reissue and block further ones; `MINE`: the reissue is the customer’s own'),
    suspendCertificate: z
      .boolean()
      .default(false)
      .describe('with `STOP`: whether to suspend the certificate on file, too'),
  })
  .meta({ id: 'StopLinkRequest' });
export const stopLinkAnswerSchema = z
  .object({ outcome: z.enum(['STOPPED', 'RECORDED']) })
  .meta({ id: 'StopLinkAnswer' });
export type StopLinkAnswer = z.output<typeof stopLinkAnswerSchema>;

export const transferIdSchema = z
  .string()
  .max(64)
  .regex(/^\w+$/, 'must be the id of a transfer')
  .describe('id of the transfer, which only this device knows');

export const transferRequestSchema = z.strictObject({ share }).meta({ id: 'TransferRequest' });
export const transferJoinSchema = z.strictObject({ box, share }).meta({ id: 'TransferJoin' });
export const transferContentSchema = z
  .strictObject({ content: base64url(24_576).describe('base64url; encrypted for the other device') })
  .meta({ id: 'TransferContent' });
export const transferEndSchema = z
  .strictObject({ outcome: z.enum(['RECEIVED', 'FAILED']) })
  .meta({ id: 'TransferEnd' });

/** A transfer as one of its devices sees it. */
export const transferSchema = z
  .object({
    transferId: z.string().describe('known to this device only'),
    box: z.string(),
    state: z.enum(['OPEN', 'JOINED', 'SENT', 'RECEIVED', 'FAILED']),
    share: z.string().nullable().describe('base64url; the public share of the other device'),
    content: z.string().nullable().describe('base64url; for the receiving device, while it is SENT'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Transfer' });
export type Transfer = z.output<typeof transferSchema>;

export const consentWithdrawalRequestSchema = z
  .strictObject({ termsId: consentSchema.shape.termsId })
  .meta({ id: 'ConsentWithdrawalRequest' });

export const withdrawnConsentSchema = z
  .object({
    termsId: z.string(),
    version: z.string(),
    withdrawnAt: z.iso.datetime(),
    receipt: z
      .string()
      .describe('compact JWS that confirms the withdrawal; verify it with GET /v1/receipt-keys'),
  })
  .meta({ id: 'WithdrawnConsent' });
export type WithdrawnConsent = z.output<typeof withdrawnConsentSchema>;

export const consentsResponseSchema = z
  .object({
    consents: z.array(
      z.object({
        termsId: z.string(),
        version: z.string(),
        digest: z.string(),
        locale: z.string(),
        agreed: z.boolean(),
        act: z.enum(['GIVEN', 'WITHDRAWN']),
        recordedAt: z.iso.datetime(),
      }),
    ),
    receipts: z.array(z.string()).describe('compact JWS; verify them with GET /v1/receipt-keys'),
  })
  .meta({ id: 'ConsentsResponse' });

/** The reissue as `GET /v1/reissues/{id}` shows it. */
export const reissueWithChallengesSchema = reissueSchema
  .extend({
    challenges: z
      .array(challengeSchema)
      .optional()
      .describe(
        'while `next.action` is VERIFY_IDENTITY: the newest challenge of each method in `next.methods` that was ' +
          'requested and not answered yet, so that an app that was closed goes on with the code that was sent',
      ),
  })
  .meta({ id: 'ReissueWithChallenges' });
export type ReissueWithChallenges = z.output<typeof reissueWithChallengesSchema>;

const verificationResultSchema = z
  .object({
    challengeId: z.string(),
    accepted: z.boolean(),
    reason: z.enum(['WRONG', 'EXPIRED', 'LOCKED']).optional(),
  })
  .meta({ id: 'VerificationResult' });
export type VerificationResult = z.output<typeof verificationResultSchema>;

export const startResponseSchema = z
  .object({
    reissue: reissueSchema,
    challenges: z.array(challengeSchema),
    accessToken: z.string().describe('JWT; valid for this reissue only'),
    expiresIn: z.int().describe('seconds'),
  })
  .meta({ id: 'StartResponse' });

export const challengesResponseSchema = z
  .object({ reissue: reissueSchema, challenges: z.array(challengeSchema) })
  .meta({ id: 'ChallengesResponse' });

export const verificationsResponseSchema = z
  .object({ reissue: reissueSchema, results: z.array(verificationResultSchema) })
  .meta({ id: 'VerificationsResponse' });

export const termsSchema = z
  .object({
    termsId: z.string(),
    version: z.string(),
    validFrom: z.iso.date().describe('the day from which the text holds, in Korea'),
    title: z.string(),
    mandatory: z.boolean(),
    digest: z.string().describe('SHA-256 of the UTF-8 text, hexadecimal'),
    text: z.string().describe('Markdown'),
  })
  .meta({ id: 'Terms' });

export const passwordRulesSchema = z
  .object({
    version: z.string(),
    minimumLength: z.int(),
    maximumLength: z.int(),
    forbiddenCharacters: z.array(z.string()),
    rules: z.array(z.object({ code: z.string(), text: z.object({ ko: z.string(), en: z.string() }) })),
  })
  .meta({ id: 'PasswordRules' });

export const problemSchema = z
  .object({
    type: z.string().describe('stable; urn:reseal:problem:…'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    traceId: z.string(),
    code: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional().describe('JSON Pointer into the body (RFC 6901), as a URI fragment'),
          parameter: z.string().optional(),
          in: z.enum(['query', 'path', 'header']).optional(),
          code: z.string().optional().describe('stable code of the fault, if it has one'),
          message: z.string(),
        }),
      )
      .optional(),
    reissue: reissueSchema.optional(),
  })
  .meta({ id: 'Problem' });
