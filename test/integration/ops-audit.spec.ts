import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendAudit, appendAuthorityEntry, inTransaction } from '#libs/db';
import { makeCheckpoint, sequenceEntries, type AuditSigningKey } from '#libs/audit-log';
import { generateKeyPairSync } from 'node:crypto';
import { sql } from 'kysely';
import { insertBareReissue } from '../world/bare-reissue.js';
import { auditor, operator, OpsWorld } from '../world/ops-world.js';

interface Entry {
  stream: string;
  sequence: number;
  leafIndex: number | null;
  actor: string;
  action: string;
  outcome: string;
  reason: string | null;
  details: Record<string, unknown>;
  occurredAt: string;
}

const began = Date.parse('2026-09-01T00:00:00Z');
const minute = 60_000;
const key: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'audit-spec',
};
const formula = `=HYPERLINK("http://127.0.0.1:1","look, here")`;
const serials = ['0a0b0c', '0d0e0f'] as const;

let world: OpsWorld;
const reissueIds: string[] = [];
beforeAll(async () => {
  world = await OpsWorld.create();
  for (let n = 0; n < 6; n += 1) reissueIds.push(await reissueWithEntries(n));
  for (let n = 0; n < 8; n += 1) await actOutside(n);
});
afterAll(() => world.close());

/** Of one customer in three. Ten entries, of which two began in each moment, across reissues too. */
async function reissueWithEntries(n: number): Promise<string> {
  const at = (step: number) => new Date(began + Math.floor(step / 2) * minute);
  const reissueId = await insertBareReissue(world.owner, at(0), { customer_ref: `cr_${n % 3}` });
  await inTransaction(world.owner, async (tx) => {
    for (let step = 0; step < 10; step += 1)
      await appendAudit(tx, {
        reissue_id: reissueId,
        sequence: step + 1,
        actor: step % 2 ? 'customer' : 'system',
        action: step === 9 ? 'signCertificate' : 'giveConsents',
        outcome: step === 4 ? 'REFUSED' : 'DONE',
        reason: step === 4 ? formula : null,
        details: JSON.stringify(step === 9 ? { serial: serials[n % 2] } : { step }),
        personal_digest: null,
        occurred_at: at(step),
      });
  });
  return reissueId;
}
