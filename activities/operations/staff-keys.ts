import { keyIdOf } from '#libs/audit-proofs';
import type { Clock } from '#libs/domain';
import type { RoleDatabase } from '#libs/db';
import { insertStaffKeys, proofsOf, staffKeys } from '#libs/db/operations';
import { discoverKeys } from '#libs/approvals';
import { z } from 'zod';

/** The staff's issuer (OpenID Connect), and the claims that its ID tokens must have. */
export interface StaffIssuerSettings {
  readonly issuer: string;
  /** The console's client id at the issuer. */
  readonly audience: string;
  readonly rolesClaim: string;
}

interface StaffKeysContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly staffIssuer: StaffIssuerSettings;
}

const timeoutMs = 5_000;
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });
const publicKey = z.looseObject({ kty: z.enum(['EC', 'OKP', 'RSA']), kid: z.string() });

/**
 * Fetches the signing keys of the bank's issuer from the issuer itself, and stores those that are new. The operators'
 * app cannot write them, so that its proofs are verified by keys that it did not choose.
 *
 * @throws if the issuer cannot be reached, or its metadata names another issuer
 */
export async function fetchStaffKeys({ db, clock, staffIssuer }: StaffKeysContext): Promise<void> {
  const { issuer, audience, rolesClaim: roles_claim } = staffIssuer;
  const keysAt = await discoverKeys(issuer, timeoutMs);
  const answer = await fetch(keysAt, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  if (!answer.ok) throw new Error(`${keysAt.href} answered ${answer.status}`);
  const { keys } = keySet.parse(await answer.json());
  const usable = keys.flatMap((key) => {
    const { success, data } = publicKey.safeParse(key);
    return success && data['d'] === undefined ? [data] : [];
  });
  await insertStaffKeys(
    db,
    usable.map((jwk) => ({ kid: jwk.kid, issuer, audience, roles_claim, jwk, learned_at: clock() })),
  );
}

/** Fetches the issuer's keys if an unknown key signed a proof of the operation. */
export async function fetchMissingStaffKeys(context: StaffKeysContext, operationId: string): Promise<void> {
  const proofs = await proofsOf(context.db, operationId);
  const known = new Set((await staffKeys(context.db)).map(({ kid }) => kid));
  if (proofs.some(({ token }) => !known.has(keyIdOf(token) ?? ''))) await fetchStaffKeys(context);
}
