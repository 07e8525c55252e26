import { createHash } from 'node:crypto';
import type { CustomerMessage, OperatorMessage, StartReissue } from '#libs/domain';
import { findReissue, receiveCall } from '#libs/db/reissues';
import { sealParticulars } from '#libs/vault';
import { putVaultItem } from './put-vault-item.js';
import type { World } from './world.js';

type Message = StartReissue | CustomerMessage | OperatorMessage;

/** The messages that were received already, so that a repetition is not recorded twice. */
const alreadyReceived = new WeakSet<object>();

/**
 * Receives a message as the gateway does: records the call, and seals the applicant's data into the vault.
 *
 * @returns the message to pass on
 */
export async function receiveMessage<M extends Message>(
  world: World,
  reissueId: string,
  message: M,
): Promise<M> {
  if (!('requestHmac' in message)) return message;
  const { kind, updateId, requestHmac } = message;
  if (!alreadyReceived.has(message))
    await receiveCall(world.gateway, {
      call: {
        ...{ reissue_id: reissueId, update_id: updateId, request_hmac: requestHmac, kind },
        trace_id: null,
        received_at: world.clock.now(),
      },
      ...{ sealed: [], limits: [] },
    });
  alreadyReceived.add(message);
  // In these tests each part of a call is received as a separate call.
  if (message.kind === 'apply')
    for (const part of message.parts) await receiveMessage(world, reissueId, part);
  return message.kind === 'start' ? { ...message, applicant: await sealed(world, message) } : message;
}

async function sealed(
  world: World,
  { reissueId, updateId, applicant, keyThumbprint }: StartReissue,
): Promise<StartReissue['applicant']> {
  if ('particulars' in applicant) return applicant;
  const { name, mobile, carrier, ...handles } = { mobile: undefined, carrier: undefined, ...applicant };
  const handle = createHash('sha256')
    .update(`particulars/${reissueId}/${updateId}`)
    .digest('hex')
    .slice(0, 32);
  const particulars = { name, ...(mobile ? { mobile } : {}), ...(carrier ? { carrier } : {}) };
  const now = world.clock.now();
  if (!(await findReissue(world.owner, reissueId)))
    await putVaultItem(
      world.gateway,
      {
        ...{ handle, reissue_id: reissueId, update_id: updateId, created_at: now },
        envelope: await sealParticulars(particulars, reissueId, world.vaultKey),
      },
      { jti: handle, purpose: 'particulars', challenge_id: null, key_thumbprint: keyThumbprint },
    );
  return { particulars: handle, ...handles };
}
