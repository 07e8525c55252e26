import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { trustFormat, verifyEvidence, type EvidenceBundle, type TrustFile } from '#libs/audit-proofs';
import { assembleEvidence, makeCheckpoint, sequenceEntries, type AuditSigningKey } from '#libs/audit-log';
import { inTransaction } from '#libs/db';
import { knownIssuers } from '#libs/db/certificates';
import { staffKeys } from '#libs/db/operations';
import { proofNonceOf, type ProvenAct } from '#libs/domain';
import { staffKeyOf } from '#libs/approvals';
import { minute } from '../world/movable-clock.js';
import { carryOut } from '../world/operations.js';
import { approver, auditor, operator, OpsWorld } from '../world/ops-world.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

jest.setTimeout(120_000);
const key: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'audit-spec',
};
const people = { requestedBy: 'staff:olivia', approvedBy: 'staff:april' };

let world: World;
let ops: OpsWorld;
let reissueId: string;
beforeAll(async () => {
  world = await createWorld();
  ops = await OpsWorld.on(world);
  reissueId = (await walkTo(world, await customer(world), 'REGISTERED')).reissueId;
  const { serial } = await world.owner
    .selectFrom('reissue')
    .select('serial')
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  const { json: plan } = await ops.call('POST', '/v1/operations', operator, {
    body: { kind: 'hold', selection: { serials: [serial!] }, reason: 'reported as lost' },
    headers: { 'idempotency-key': randomBytes(16).toString('hex') },
  });
  await prove('confirm', plan, operator);
  await prove('approve', plan, approver);
  await carryOut(plan.id, { worker: world.as('worker'), issuer: ops.issuer.url });
});
afterAll(async () => {
  await ops.close();
  await world.close();
});

async function prove(act: ProvenAct, { id, digest }: { id: string; digest: string }, as: object) {
  const proof = await ops.issuer.proof(as, proofNonceOf(act, digest));
  const { status } = await ops.call('POST', `/v1/operations/${id}/${act}`, as, { body: { digest, proof } });
  expect(status).toBe(200);
}

async function trust(): Promise<TrustFile> {
  const { d: _, ...jwk } = key as { kty: string; kid: string; d: string };
  const issuers = await knownIssuers(world.owner);
  return {
    format: trustFormat,
    origin: 'spec',
    auditKeys: [{ jwk, validFrom: '2020-01-01T00:00:00.000Z' }],
    receiptKeys: world.receiptKeys.keys as TrustFile['receiptKeys'],
    staffKeys: (await staffKeys(world.owner)).map(staffKeyOf),
    certificateAuthorities: issuers.flatMap(({ subject, certificate, root }) =>
      [certificate, root].map((der) => ({ subject, sha256: createHash('sha256').update(der).digest('hex') })),
    ),
  };
}

async function evidence(): Promise<EvidenceBundle> {
  world.clock.advance(minute);
  const worker = world.as('worker');
  await inTransaction(worker, (tx) => sequenceEntries(tx, 1_000, world.clock.now()));
  await inTransaction(worker, (tx) =>
    makeCheckpoint(tx, { origin: 'spec', key, intervalMs: 0 }, world.clock.now()),
  );
  const parts = { db: worker, key, terms: world.terms, clock: world.clock.now };
  return JSON.parse(JSON.stringify(await assembleEvidence(parts, reissueId, []))) as EvidenceBundle;
}

interface Shown {
  readonly code?: string;
  readonly action?: string;
  readonly outcome: string;
  readonly requestedBy?: string | null;
  readonly approvedBy?: string | null;
}
const acts = ['confirm', 'approve', 'runOperation', 'certificate.hold'];
const done = ({ outcome }: Shown) => outcome === 'DONE';

describe('an operation on the certificate of a reissue', () => {
  it('An operation on the certificate of a reissue is in its timeline, with requester and approver', async () => {
    const { json } = await ops.get(`/v1/reissues/${reissueId}/timeline`, operator);
    const { items } = json as { items: Shown[] };
    const found = items.filter(({ code = '' }) => acts.includes(code)).filter(done);
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(acts));
    for (const item of found)
      expect(item).toMatchObject(item.code === 'confirm' ? { requestedBy: people.requestedBy } : people);
    expect(JSON.stringify(json)).not.toContain('eyJ');
  });

  it('An operation on the certificate of a reissue is found in the audit trail by the reissue, with requester and approver', async () => {
    const { json } = await ops.get(`/v1/audit?reissueId=${reissueId}`, auditor);
    const { items } = json as { items: Shown[] };
    const found = items.filter(({ action = '' }) => acts.includes(action)).filter(done);
    expect(new Set(found.map(({ action }) => action))).toEqual(new Set(acts));
    for (const { action, requestedBy, approvedBy } of found)
      expect({ requestedBy, approvedBy }).toEqual(
        action === 'confirm' ? { ...people, approvedBy: null } : people,
      );
  });

  it('An operation on the certificate of a reissue is in its evidence, which proves requester and approver', async () => {
    const bundle = await evidence();
    const named = bundle.entries.flatMap(({ entry }) => (entry ? [entry.action] : []));
    expect(named).toEqual(expect.arrayContaining(acts));
    const { findings, unproven } = await verifyEvidence(bundle, await trust());
    expect(findings).toEqual([]);
    expect(unproven.filter(({ what }) => what === 'APPROVAL')).toEqual([]);
    const withoutKeys = await verifyEvidence(bundle, { ...(await trust()), staffKeys: [] });
    expect(withoutKeys.unproven.filter(({ what }) => what === 'APPROVAL')).toHaveLength(2);
  });
});
