import {
  bases,
  endCodes,
  identityMethods,
  nextActions,
  reasons,
  registrationText,
  states,
  type IdentityMethod,
  type NextAction,
  type Basis,
  type Reason,
  type CertificateStatusFields,
  type State,
} from '#libs/domain';
import { z } from 'zod';
import { endText } from './end-texts.js';
import { oldCertificateStatuses, oldCertificateStatus } from './old-certificate.js';

const timestamp = z.iso.datetime().describe('RFC 3339, UTC');

const certificateSchema = z
  .object({
    serial: z.string().describe('hexadecimal, lower case'),
    subject: z.string().describe('RFC 4514'),
    notBefore: timestamp,
    notAfter: timestamp,
  })
  .meta({ id: 'Certificate' });

export const reissueSchema = z
  .object({
    id: z.string(),
    receiptNumber: z
      .string()
      .describe(
        'by which the customer and the bank’s staff name the reissue, e.g. K7M-2QX-9TR; it is no secret and gives no access',
      ),
    state: z.enum(states),
    reason: z.enum(reasons),
    basis: z
      .enum(bases)
      .optional()
      .describe('kind of certificate that will be issued; known once identity is verified'),
    next: z.object({
      action: z.enum(nextActions),
      methods: z.array(z.enum(identityMethods)).optional().describe('identity methods offered now'),
      additional: z
        .literal(true)
        .optional()
        .describe(
          'the bank asks for one more identity method than usual, to protect the customer; absent otherwise',
        ),
      challenge: z
        .object({
          challengeId: z.string(),
          toSign: z.string().describe('base64url of the exact bytes to sign with the new key'),
        })
        .optional(),
    }),
    attempts: z.object({
      identity: z.int().describe('attempts left on the identity method that has the fewest'),
      password: z
        .int()
        .nullable()
        .describe('attempts left for the password; null until identity is verified'),
    }),
    deadline: timestamp
      .nullable()
      .describe(
        'when the reissue times out; null while the reissue is parked or cools off, and after its end',
      ),
    coolingOff: z
      .object({ until: timestamp.describe('when the certificate is issued, without a further call') })
      .optional()
      .describe('only in the state COOLING_OFF: a wait for the protection of the customer'),
    certificate: certificateSchema.optional(),
    oldCertificate: z
      .object({
        serial: z.string().describe('hexadecimal, lower case'),
        standing: z.enum(oldCertificateStatuses),
      })
      .optional()
      .describe(
        'the certificate that the new one replaces, and its status at the time of the response; known once identity is verified',
      ),
    ended: z
      .object({ code: z.enum(endCodes), text: z.object({ ko: z.string(), en: z.string() }) })
      .optional()
      .describe('why the reissue ended without a new certificate in force, and what the customer can do now'),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Reissue' });

export type Reissue = z.output<typeof reissueSchema>;

/** The columns of a reissue that clients see. */
export interface ReissueSnapshot {
  readonly reissue_id: string;
  readonly receipt_number: string;
  readonly state: State;
  readonly reason: Reason;
  readonly basis: Basis | null;
  readonly methods: readonly IdentityMethod[];
  readonly identity_attempts: number;
  readonly password_attempts: number | null;
  readonly parked_step: string | null;
  readonly registration_challenge_id: string | null;
  readonly registration_nonce: string | null;
  readonly serial: string | null;
  readonly deadline: Date | null;
  readonly cooling_off_until: Date | null;
  readonly end_code: string | null;
  readonly identity_verified_at: Date | null;
  readonly stepped_up_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

interface CertificateSnapshot {
  readonly serial: string;
  readonly subject: string;
  readonly not_before: Date;
  readonly not_after: Date;
}

/** The certificates of a reissue that clients see with it. */
interface ReissueContext {
  /** The new certificate, once it is issued. */
  readonly certificate?: CertificateSnapshot | undefined;
  /** The certificate that the new one replaces. */
  readonly old?: (CertificateStatusFields & { readonly serial: string }) | undefined;
  readonly now: Date;
}

/** Converts a row to the reissue that clients see. This is the only conversion. */
export function showReissue(row: ReissueSnapshot, { certificate, old, now }: ReissueContext): Reissue {
  const action = nextActionOf(row);
  const endCode = endCodes.find((code) => code === row.end_code);
  const standing = row.identity_verified_at ? oldCertificateStatus(old, now) : undefined;
  const coolsUntil = row.state === 'COOLING_OFF' ? row.cooling_off_until : null;
  return {
    id: row.reissue_id,
    receiptNumber: row.receipt_number,
    state: row.state,
    reason: row.reason,
    ...(row.identity_verified_at && row.basis ? { basis: row.basis } : {}),
    next: {
      action,
      ...(action === 'VERIFY_IDENTITY' ? { methods: [...row.methods] } : {}),
      ...(action === 'VERIFY_IDENTITY' && row.stepped_up_at ? { additional: true as const } : {}),
      ...(action === 'REGISTER' && row.registration_challenge_id && row.registration_nonce && row.serial
        ? {
            challenge: {
              challengeId: row.registration_challenge_id,
              toSign: Buffer.from(
                registrationText(row.reissue_id, row.serial, row.registration_nonce),
              ).toString('base64url'),
            },
          }
        : {}),
    },
    attempts: { identity: row.identity_attempts, password: row.password_attempts },
    deadline: row.parked_step || coolsUntil ? null : (row.deadline?.toISOString() ?? null),
    ...(coolsUntil ? { coolingOff: { until: coolsUntil.toISOString() } } : {}),
    ...(certificate
      ? {
          certificate: {
            serial: certificate.serial,
            subject: certificate.subject,
            notBefore: certificate.not_before.toISOString(),
            notAfter: certificate.not_after.toISOString(),
          },
        }
      : {}),
    ...(old && standing ? { oldCertificate: { serial: old.serial, standing } } : {}),
    ...(endCode ? { ended: { code: endCode, text: endText(endCode, standing) } } : {}),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function nextActionOf(row: ReissueSnapshot): NextAction {
  if (row.parked_step) return 'NEEDS_OPERATOR';
  switch (row.state) {
    case 'IDENTITY_REQUIRED':
      return 'VERIFY_IDENTITY';
    case 'PASSWORD_REQUIRED':
      return row.password_attempts === 0 || row.reason === 'PASSWORD_FORGOTTEN'
        ? 'RESET_PASSWORD'
        : 'ENTER_PASSWORD';
    case 'CONSENT_REQUIRED':
      return 'AGREE_TO_TERMS';
    case 'KEY_REQUIRED':
      return 'SEND_CERTIFICATE_REQUEST';
    case 'COOLING_OFF':
    case 'ISSUING':
      return 'WAIT';
    case 'ISSUED':
      return 'REGISTER';
    default:
      return 'NONE';
  }
}
