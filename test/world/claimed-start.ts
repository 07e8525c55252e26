import { randomBytes, randomUUID } from 'node:crypto';
import type { StartReissue } from '#libs/domain';
import { seal } from '#libs/client';
import type { Applicant } from './applicant.js';
import { putVaultItem } from './put-vault-item.js';

/** Changes that make the envelope of a start wrong. */
export interface StartSealing {
  /** The subject of the envelope; by default the Idempotency-Key of the call. */
  readonly sub?: string;
  readonly purpose?: 'rrn' | 'document' | 'password';
  readonly client?: string;
  readonly keyThumbprint?: string;
  readonly methods?: StartReissue['methods'];
}

/** Makes a start that claims an identity by a sealed identifier, as the gateway does. */
export async function startClaimedBy(
  applicant: Applicant,
  by: 'rrn' | 'document',
  value: string,
  { sub, purpose = by, methods, ...bound }: StartSealing = {},
): Promise<StartReissue> {
  const { world, reissueId, person } = applicant;
  const now = world.clock.now();
  const start = applicant.start(methods);
  const idempotencyKey = randomUUID();
  const handle = randomBytes(16).toString('hex');
  const envelope = await seal(value, {
    ...{ purpose, sub: sub ?? idempotencyKey, publicJwk: world.vaultKey },
    ...{ client: start.apiKeyName, keyThumbprint: start.keyThumbprint, ...bound },
    now: now.getTime(),
  });
  const item = { handle, reissue_id: reissueId, update_id: start.updateId, envelope, created_at: now };
  const about = { purpose, challenge_id: null, key_thumbprint: start.keyThumbprint };
  await putVaultItem(world.gateway, { ...item, subject: idempotencyKey }, { jti: randomUUID(), ...about });
  const named = by === 'rrn' ? { name: person.name, rrn: handle } : { name: person.name, document: handle };
  return { ...start, applicant: named };
}
