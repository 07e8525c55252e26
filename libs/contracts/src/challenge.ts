import { bankName, identityMethods, identityText, type IdentityMethod } from '#libs/domain';
import { z } from 'zod';

export const challengeSchema = z
  .object({
    challengeId: z.string(),
    method: z.enum(identityMethods),
    expiresAt: z.iso.datetime(),
    remainingAttempts: z.int(),
    hint: z
      .string()
      .describe('masked number or account that the code was sent to; empty if no code was sent'),
    bank: z
      .object({ ko: z.string(), en: z.string() })
      .optional()
      .describe('for ONE_WON: name of the bank that keeps the account, if `hint` shows a part of its number'),
    sending: z
      .literal(true)
      .optional()
      .describe('set while the code is still being sent; read the reissue again until it is not'),
    toSign: z
      .string()
      .optional()
      .describe('for OLD_CERTIFICATE: base64url of the exact bytes to sign with the key of that certificate'),
  })
  .meta({ id: 'Challenge' });
export type Challenge = z.output<typeof challengeSchema>;

/** The columns of a challenge that clients see. */
interface ChallengeSnapshot {
  readonly challenge_id: string;
  readonly reissue_id: string;
  readonly method: IdentityMethod;
  readonly state: 'PREPARED' | 'SENT' | 'ACCEPTED' | 'REPLACED';
  readonly hint: string;
  readonly account_bank: string | null;
  readonly nonce: string | null;
  readonly expires_at: Date;
}

/** Converts a row to the challenge that clients see. This is the only conversion. */
export function showChallenge(row: ChallengeSnapshot, remainingAttempts: number): Challenge {
  const { challenge_id: challengeId, reissue_id: reissueId, nonce } = row;
  const bank = row.account_bank === null ? undefined : bankName(row.account_bank);
  return {
    challengeId,
    method: row.method,
    expiresAt: row.expires_at.toISOString(),
    remainingAttempts: Math.max(0, remainingAttempts),
    hint: row.hint,
    ...(bank && { bank }),
    ...(row.state === 'PREPARED' ? { sending: true } : {}),
    ...(nonce === null
      ? {}
      : { toSign: Buffer.from(identityText(reissueId, challengeId, nonce)).toString('base64url') }),
  };
}
