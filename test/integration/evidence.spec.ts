import { createHash, generateKeyPairSync } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  signCheckpoint,
  trustFormat,
  verifyEvidence,
  type EvidenceBundle,
  type TrustFile,
  type EvidenceVerdict,
} from '#libs/audit-proofs';
import {
  assembleEvidence,
  CheckpointFile,
  makeCheckpoint,
  sequenceEntries,
  verifyLog,
  type AuditSigningKey,
  type ExternalCheckpoint,
} from '#libs/audit-log';
import { inTransaction } from '#libs/db';
import { appendAuthorityEntry, newestCheckpoint } from '#libs/db/audit';
import { knownIssuers } from '#libs/db/certificates';
import { sql } from 'kysely';
import { changeOne } from '#activities/revocation';
import { runVerify } from '../../apps/cli/src/verify/verify.js';
import { day, minute } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { perform } from '../world/perform.js';
import { continueTo, walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

jest.setTimeout(60_000);
const key: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'audit-spec',
};

let world: World;
let trust: TrustFile;
let reissueId: string;
let another: string;
beforeAll(async () => {
  world = await createWorld();
  const { d: _, ...jwk } = key as { kty: string; kid: string; d: string };
  const issuers = await knownIssuers(world.owner);
  trust = {
    format: trustFormat,
    origin: 'spec',
    auditKeys: [{ jwk, validFrom: '2020-01-01T00:00:00.000Z' }],
    receiptKeys: world.receiptKeys.keys as TrustFile['receiptKeys'],
    staffKeys: [],
    certificateAuthorities: issuers.flatMap(({ subject, certificate, root }) =>
      [certificate, root].map((der) => ({ subject, sha256: createHash('sha256').update(der).digest('hex') })),
    ),
  };
  another = (await walkTo(world, await customer(world), 'CONSENT_REQUIRED')).reissueId;
  await keepLog();
  reissueId = (await walkTo(world, await customer(world), 'REGISTERED')).reissueId;
  await appendAuthorityEntry(world.as('ops'), {
    actor: 'staff:audrey',
    action: 'readReissue',
    outcome: 'DONE',
    details: { reissueId },
    occurredAt: new Date(),
  });
  const { serial } = await world.owner
    .selectFrom('reissue')
    .select('serial')
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  const context = { db: world.as('worker'), clock: world.clock.now, actor: 'staff:olivia' };
  expect(await changeOne(context, serial!, { act: 'hold' })).toMatchObject({ outcome: 'DONE' });
  await keepLog();
});
afterAll(() => world.close());

/** Runs the sequencer. @returns the new checkpoint, as stored outside the database */
async function keepLog(): Promise<string> {
  world.clock.advance(minute);
  const now = world.clock.now();
  await inTransaction(world.as('worker'), (tx) => sequenceEntries(tx, 1_000, now));
  await inTransaction(world.as('worker'), (tx) =>
    makeCheckpoint(tx, { origin: 'spec', key, intervalMs: 0 }, now),
  );
  return (await newestCheckpoint(world.owner))!.jws;
}

async function evidence(of = reissueId, kept: readonly ExternalCheckpoint[] = []): Promise<EvidenceBundle> {
  const bundle = await assembleEvidence(
    { db: world.as('worker'), key, terms: world.terms, clock: world.clock.now },
    of,
    kept,
  );
  return JSON.parse(JSON.stringify(bundle)) as EvidenceBundle;
}

const kindsOf = ({ findings }: EvidenceVerdict) => [...new Set(findings.map(({ kind }) => kind))].sort();

/** Changes the database as an attacker, calls `look`, and undoes the changes. */
async function tampered<T>(statements: readonly string[], look: () => Promise<T>): Promise<T> {
  const tables = [
    'audit_entry',
    'authority_entry',
    'audit_leaf',
    'consent',
    'audit_personal',
    'reissue',
    'certificate',
    'consent_receipt',
  ];
  for (const table of tables)
    await sql.raw(`CREATE TABLE saved_${table} AS TABLE ${table}`).execute(world.owner);
  for (const table of ['audit_entry', 'authority_entry'])
    await sql.raw(`ALTER TABLE ${table} DISABLE TRIGGER USER`).execute(world.owner);
  try {
    for (const statement of statements) await sql.raw(statement).execute(world.owner);
    return await look();
  } finally {
    await sql
      .raw(
        `BEGIN; DELETE FROM audit_personal; DELETE FROM audit_entry; DELETE FROM audit_leaf; DELETE FROM consent;
        DELETE FROM consent_receipt; DELETE FROM authority_entry;
        INSERT INTO audit_entry TABLE saved_audit_entry; INSERT INTO audit_personal TABLE saved_audit_personal;
        INSERT INTO authority_entry OVERRIDING SYSTEM VALUE TABLE saved_authority_entry;
        INSERT INTO audit_leaf TABLE saved_audit_leaf; INSERT INTO consent TABLE saved_consent;
        INSERT INTO consent_receipt TABLE saved_consent_receipt;
        UPDATE reissue SET audit_sequence = saved.audit_sequence, reason = saved.reason, state = saved.state,
          customer_ref = saved.customer_ref, key_thumbprint = saved.key_thumbprint, created_at = saved.created_at, ended_at = saved.ended_at
          FROM saved_reissue AS saved WHERE saved.reissue_id = reissue.reissue_id;
        INSERT INTO certificate TABLE saved_certificate ON CONFLICT DO NOTHING;
        UPDATE certificate SET der = saved.der, revoked_at = saved.revoked_at, hold_at = saved.hold_at,
          revocation_reason = saved.revocation_reason, registered_at = saved.registered_at
          FROM saved_certificate AS saved WHERE saved.serial = certificate.serial;
        COMMIT`,
      )
      .execute(world.owner);
    for (const table of ['audit_entry', 'authority_entry'])
      await sql.raw(`ALTER TABLE ${table} ENABLE TRIGGER USER`).execute(world.owner);
    for (const table of tables) await sql.raw(`DROP TABLE saved_${table}`).execute(world.owner);
  }
}

const own = () => `reissue_id = '${reissueId}'`;

describe('the evidence of a reissue', () => {
  it('The evidence of a reissue is valid and lacks only the archive, which comes later', async () => {
    const bundle = await evidence();
    expect(await verifyEvidence(bundle, trust)).toEqual({
      valid: true,
      findings: [],
      unproven: [
        { what: 'HISTORY', message: expect.stringMatching(/^the history is not archived yet: .* 20\d\d-/) },
      ],
    });
    expect(bundle.consents.length).toBeGreaterThan(2);
    expect(bundle.consents.every(({ text }) => text !== null)).toBe(true);
    expect(bundle.receipts).toHaveLength(2);
    expect(bundle.certificate?.chain).toHaveLength(3);
    expect(
      bundle.entries.filter(({ stream }) => stream === 'authority').map(({ entry }) => entry?.action),
    ).toEqual(['readReissue', 'certificate.hold']);
  });

  it('The evidence of an open reissue exists, and none of an unknown reissue', async () => {
    expect(await verifyEvidence(await evidence(another), trust)).toMatchObject({ valid: true });
    const parts = { db: world.as('worker'), key, terms: world.terms, clock: world.clock.now };
    expect(await assembleEvidence(parts, `ri_${'0'.repeat(32)}`)).toBeUndefined();
  });

  it('The evidence of a reissue reports entries after the last checkpoint as unproven', async () => {
    const late = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const { valid, unproven } = await verifyEvidence(await evidence(late.reissueId), trust);
    expect(valid).toBe(true);
    expect(unproven.filter(({ what }) => what === 'ENTRY').length).toBeGreaterThan(0);
    await keepLog();
    expect((await verifyEvidence(await evidence(late.reissueId), trust)).unproven).toEqual([
      {
        what: 'HISTORY',
        message: expect.stringMatching(/^the history is not archived yet: .* the reissue$/),
      },
    ]);
  });

  it('The evidence of a reissue is consistent with every checkpoint that was kept elsewhere', async () => {
    const kept = (await world.owner.selectFrom('audit_checkpoint').select('jws').execute()).map(
      ({ jws }) => jws,
    );
    expect(kept.length).toBeGreaterThan(1);
    const { findings, unproven } = await verifyEvidence(await evidence(), trust, kept);
    expect({ findings, unproven: unproven.map(({ what }) => what) }).toEqual({
      findings: [],
      unproven: ['HISTORY'],
    });
  });

  it('The evidence of a reissue holds personal data only in the personal parts and the certificate, and no secret', async () => {
    const { entries, certificate: _, ...rest } = await evidence();
    const text = JSON.stringify([rest, entries.map(({ personal: __, ...each }) => each)]);
    const row = await world.owner
      .selectFrom('reissue')
      .selectAll()
      .where('reissue_id', '=', reissueId)
      .executeTakeFirstOrThrow();
    expect(text).not.toContain(row.applicant_name);
    expect(text).not.toContain(row.applicant_mobile);
  });
});

describe('what a superuser does to the database', () => {
  it.each<[string, () => string[], string[], number[]]>([
    [
      'edits an entry',
      () => [`UPDATE audit_entry SET actor = 'nobody' WHERE ${own()} AND sequence = 3`],
      ['ENTRY_ALTERED'],
      [3],
    ],
    [
      'edits when it happened, by a millisecond',
      () => [
        `UPDATE audit_entry SET occurred_at = occurred_at + interval '1 ms' WHERE ${own()} AND sequence = 2`,
      ],
      ['ENTRY_ALTERED'],
      [2],
    ],
    [
      'deletes an entry',
      () => [
        `DELETE FROM audit_personal WHERE ${own()} AND sequence = 3`,
        `DELETE FROM audit_entry WHERE ${own()} AND sequence = 3`,
      ],
      ['ENTRY_MISSING'],
      [3],
    ],
    [
      'deletes an entry and its leaf',
      () => [
        `DELETE FROM audit_personal WHERE ${own()} AND sequence = 3`,
        `DELETE FROM audit_entry WHERE ${own()} AND sequence = 3`,
        `DELETE FROM audit_leaf WHERE stream = '${reissueId}' AND sequence = 3`,
      ],
      ['ENTRY_MISSING'],
      [3],
    ],
    [
      'edits an entry and its leaf',
      () => [
        `UPDATE audit_entry SET actor = 'nobody' WHERE ${own()} AND sequence = 3`,
        `UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE stream = '${reissueId}' AND sequence = 3`,
      ],
      ['PROOF_INVALID'],
      [3],
    ],
    [
      'gives an entry the place of another',
      () => [
        `UPDATE audit_leaf SET sequence = -sequence WHERE stream = '${reissueId}' AND sequence IN (2, 3)`,
        `UPDATE audit_leaf SET sequence = 5 + sequence WHERE stream = '${reissueId}' AND sequence IN (-2, -3)`,
      ],
      ['ENTRY_ALTERED'],
      [2, 3],
    ],
    [
      'swaps the digest of a consent',
      () => [`UPDATE consent SET digest = repeat('0', 64) WHERE ${own()}`],
      ['CONSENT_ALTERED'],
      [],
    ],
    [
      'removes a consent',
      () => [`DELETE FROM consent WHERE ${own()} AND terms_id = 'marketing-notices'`],
      ['CONSENT_ALTERED'],
      [],
    ],
    [
      'changes who it was',
      () => [`UPDATE audit_personal SET personal = '{}' WHERE ${own()} AND sequence = 1`],
      ['PERSONAL_ALTERED'],
      [1],
    ],
    [
      'swaps the certificate',
      () => [
        `UPDATE certificate SET der = other.der FROM certificate AS other
          WHERE certificate.serial = (SELECT serial FROM reissue WHERE ${own()}) AND other.serial <> certificate.serial`,
      ],
      ['CERTIFICATE_ALTERED'],
      [],
    ],
  ])('is found in the evidence: %s', async (_, statements, kinds, sequences) => {
    const verdict = await tampered(statements(), async () => verifyEvidence(await evidence(), trust));
    expect(kindsOf(verdict)).toEqual(expect.arrayContaining(kinds));
    const named = verdict.findings.flatMap(({ entry }) =>
      entry?.stream === reissueId ? [entry.sequence] : [],
    );
    for (const sequence of sequences) expect(named).toContain(sequence);
    expect(await verifyEvidence(await evidence(), trust)).toMatchObject({ valid: true });
  });

  const ofCertificate = () => `serial = (SELECT serial FROM reissue WHERE ${own()})`;
  it.each<[string, () => string[], string[]]>([
    [
      'why it was asked for',
      () => [`UPDATE reissue SET reason = 'LOST' WHERE ${own()}`],
      ['REISSUE_ALTERED'],
    ],
    ['whose it is', () => [`UPDATE reissue SET customer_ref = 'x' WHERE ${own()}`], ['REISSUE_ALTERED']],
    [
      'when it began and ended',
      () => [
        `UPDATE reissue SET created_at = created_at - interval '1 h', ended_at = ended_at + interval '1 h' WHERE ${own()}`,
      ],
      ['REISSUE_ALTERED'],
    ],
    ['how it ended', () => [`UPDATE reissue SET state = 'WITHDRAWN' WHERE ${own()}`], ['REISSUE_ALTERED']],
    [
      'when the certificate was registered',
      () => [
        `UPDATE certificate SET registered_at = registered_at - interval '1 h' WHERE ${ofCertificate()}`,
      ],
      ['STATUS_ALTERED'],
    ],
    [
      'that the certificate is on hold',
      () => [`UPDATE certificate SET hold_at = NULL WHERE ${ofCertificate()}`],
      ['STATUS_ALTERED'],
    ],
    [
      'that the certificate is not revoked',
      () => [
        `UPDATE certificate SET revoked_at = now(), revocation_reason = 'superseded' WHERE ${ofCertificate()}`,
      ],
      ['STATUS_ALTERED'],
    ],
    [
      'when a consent was given',
      () => [`UPDATE consent SET recorded_at = recorded_at - interval '1 h' WHERE ${own()}`],
      ['CONSENT_ALTERED'],
    ],
    [
      'from where a consent was given',
      () => [`UPDATE consent SET address = '198.51.100.9' WHERE ${own()}`],
      ['CONSENT_ALTERED'],
    ],
    [
      'from where a consent was given, by taking it away',
      () => [`UPDATE consent SET address = '', agent = '' WHERE ${own()}`],
      ['CONSENT_ALTERED'],
    ],
    [
      'by what a consent was given',
      () => [`UPDATE consent SET agent = 'another' WHERE ${own()}`],
      ['CONSENT_ALTERED'],
    ],
    [
      'the receipts, by deleting them',
      () => [`DELETE FROM consent_receipt WHERE ${own()}`],
      ['RECORD_MISSING'],
    ],
    [
      'where salt and personal part meet',
      () => [
        `UPDATE audit_personal SET salt = salt || left(personal, 1), personal = substr(personal, 2)
          WHERE ${own()} AND sequence = 1`,
      ],
      ['PERSONAL_ALTERED'],
    ],
  ])('is found in the evidence and in the whole log, if it changes %s', async (_, statements, kinds) => {
    const [bundle, log] = await tampered(statements(), async () => [
      await verifyEvidence(await evidence(), trust),
      await verifyLog(world.as('worker'), trust),
    ]);
    expect(kindsOf(bundle)).toEqual(kinds);
    expect(kindsOf(log)).toEqual(kinds);
  });

  it('A superuser who deletes an entry outside reissues is found in the evidence', async () => {
    const verdict = await tampered([`DELETE FROM authority_entry WHERE action = 'readReissue'`], async () =>
      verifyEvidence(await evidence(), trust),
    );
    expect(verdict.findings).toMatchObject([{ kind: 'ENTRY_MISSING', entry: { stream: 'authority' } }]);
  });

  it('A personal part that a superuser deletes without a purge is reported as unproven', async () => {
    const verdict = await tampered([`DELETE FROM audit_personal WHERE ${own()} AND sequence = 2`], async () =>
      verifyEvidence(await evidence(), trust),
    );
    expect(verdict.unproven).toContainEqual(
      expect.objectContaining({ what: 'PERSONAL', entry: expect.objectContaining({ sequence: 2 }) }),
    );
  });

  it('A superuser who undoes the revocation of the old certificate is found in the whole log', async () => {
    const verdict = await tampered(
      [
        `UPDATE certificate SET revoked_at = NULL, revocation_reason = NULL
          WHERE serial = (SELECT old_serial FROM reissue WHERE ${own()})`,
      ],
      () => verifyLog(world.as('worker'), trust),
    );
    expect(kindsOf(verdict)).toEqual(['STATUS_ALTERED']);
  });

  it('A superuser who changes the key of the customer is found in the whole log', async () => {
    const verdict = await tampered(
      [`UPDATE reissue SET key_thumbprint = repeat('x', 43) WHERE ${own()}`],
      () => verifyLog(world.as('worker'), trust),
    );
    expect(kindsOf(verdict)).toEqual(['REISSUE_ALTERED']);
  });

  it('A superuser who deletes a certificate with entries is found in the whole log', async () => {
    const old = `serial = (SELECT old_serial FROM reissue WHERE ${own()})`;
    const verdict = await tampered([`DELETE FROM certificate WHERE ${old}`], () =>
      verifyLog(world.as('worker'), trust),
    );
    expect(verdict.findings).toMatchObject([
      { kind: 'RECORD_MISSING', entry: { stream: reissueId, sequence: expect.any(Number) } },
    ]);
  });

  it('A superuser who deletes an act outside reissues with its leaf and effect is found everywhere', async () => {
    const held = `SELECT position FROM authority_entry WHERE action = 'certificate.hold'`;
    const [bundle, log] = await tampered(
      [
        `DELETE FROM audit_leaf WHERE stream = 'authority' AND sequence IN (${held})`,
        `DELETE FROM authority_entry WHERE action = 'certificate.hold'`,
        `UPDATE certificate SET hold_at = NULL WHERE ${ofCertificate()}`,
      ],
      async () => [await verifyEvidence(await evidence(), trust), await verifyLog(world.as('worker'), trust)],
    );
    // Which proof needs the hash of the deleted leaf depends on the number of leaves.
    expect(['LOG_INCONSISTENT', 'PROOF_INVALID']).toEqual(expect.arrayContaining(kindsOf(bundle)));
    expect(bundle.valid).toBe(false);
    expect(kindsOf(log)).toEqual(['ENTRY_MISSING', 'LOG_INCONSISTENT']);
  });

  it('A superuser who alters an entry is found in the whole log, which is valid before and after the test', async () => {
    const look = () => verifyLog(world.as('worker'), trust);
    expect(await look()).toEqual({ valid: true, unproven: [], findings: [] });
    const edited = await tampered(
      [`UPDATE audit_entry SET outcome = 'REFUSED' WHERE ${own()} AND sequence = 4`],
      look,
    );
    expect(edited.findings).toContainEqual({
      kind: 'ENTRY_ALTERED',
      entry: { stream: reissueId, sequence: 4, leafIndex: expect.any(Number) },
      message: expect.any(String),
    });
    const gone = await tampered(
      [
        `DELETE FROM audit_personal WHERE ${own()}`,
        `DELETE FROM audit_entry WHERE ${own()}`,
        `DELETE FROM audit_leaf WHERE stream = '${reissueId}'`,
      ],
      look,
    );
    expect(kindsOf(gone)).toEqual(expect.arrayContaining(['ENTRY_MISSING', 'LOG_INCONSISTENT']));
    const inserted = await tampered(
      [
        `INSERT INTO audit_entry (reissue_id, sequence, actor, action, outcome, details, occurred_at)
          VALUES ('${reissueId}', 99, 'nobody', 'note', 'DONE', '{}', now())`,
      ],
      look,
    );
    expect(kindsOf(inserted)).toEqual(['ENTRY_INSERTED', 'ENTRY_MISSING']);
    expect(await look()).toMatchObject({ valid: true });
  });

  it('A superuser who changes the actor of an entry is found, also in the whole log', async () => {
    const verdict = await tampered(
      [`UPDATE audit_personal SET personal = '{}' WHERE ${own()} AND sequence = 1`],
      () => verifyLog(world.as('worker'), trust),
    );
    expect(verdict.findings).toContainEqual(
      expect.objectContaining({
        kind: 'PERSONAL_ALTERED',
        entry: expect.objectContaining({ stream: reissueId, sequence: 1 }),
      }),
    );
  });

  it('A superuser is found although the database lost the checkpoint that was kept elsewhere', async () => {
    const earlier = await world.owner
      .selectFrom('audit_checkpoint')
      .select(['size', 'jws', 'root', 'made_at'])
      .orderBy('size')
      .limit(1)
      .executeTakeFirstOrThrow();
    const kept = [{ size: Number(earlier.size), jws: earlier.jws }];
    await world.owner.deleteFrom('audit_checkpoint').where('size', '=', earlier.size).execute();
    try {
      const bundle = await evidence(reissueId, kept);
      expect(await verifyEvidence(bundle, trust, [earlier.jws])).toMatchObject({
        valid: true,
        unproven: [{ what: 'HISTORY' }],
      });
      // a rewritten log that is longer than the stored checkpoint
      const regrown = await signCheckpoint(key, {
        origin: 'spec',
        size: Number(earlier.size),
        root: Buffer.alloc(32, 1),
        time: earlier.made_at.toISOString(),
      });
      const against = await evidence(reissueId, [{ size: Number(earlier.size), jws: regrown }]);
      expect(kindsOf(await verifyEvidence(against, trust, [regrown]))).toEqual(['LOG_INCONSISTENT']);
    } finally {
      await world.owner.insertInto('audit_checkpoint').values(earlier).execute();
    }
  });

  it("`verify --log` finds a superuser's change by the checkpoints that the worker keeps apart", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'evidence-'));
    const file = path.join(folder, 'checkpoints.jsonl');
    const look = async () => {
      const printed: string[] = [];
      const env = {
        RESEAL_DATABASE_URL: world.urlOf('worker'),
        RESEAL_AUDIT_KEYS: JSON.stringify({ keys: [{ ...key, validFrom: '2020-01-01T00:00:00.000Z' }] }),
        RESEAL_AUDIT_ORIGIN: 'spec',
        RESEAL_RECEIPT_KEYS: JSON.stringify(world.receiptKeys),
        RESEAL_CHECKPOINT_FILE: file,
      };
      const terminal = { env, clock: world.clock.now, print: (line: string) => printed.push(line) };
      const code = await runVerify(['--log'], { ...terminal, complain: (line) => printed.push(line) });
      return { code, verdict: JSON.parse(printed.join('\n')) as EvidenceVerdict };
    };
    try {
      await keepLog();
      expect((await look()).verdict).toMatchObject({ valid: true, unproven: [{ what: 'CHECKPOINT' }] });
      await new CheckpointFile(file).catchUp(world.as('worker'));
      expect(await look()).toEqual({ code: 0, verdict: { valid: true, unproven: [], findings: [] } });
      const { size, root: _, ...rest } = (await newestCheckpoint(world.owner))!;
      const regrown = await signCheckpoint(key, {
        ...{ origin: 'spec', size: Number(size), root: Buffer.alloc(32, 1) },
        time: rest.made_at.toISOString(),
      });
      await appendFile(file, `${JSON.stringify({ jws: regrown })}\n`);
      const { code, verdict } = await look();
      expect([code, kindsOf(verdict)]).toEqual([1, ['LOG_INCONSISTENT']]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('A log without its tail is found by a checkpoint that was kept elsewhere', async () => {
    const kept = await keepLog();
    const cut = [
      `DELETE FROM audit_leaf WHERE leaf_index > 5`,
      `DELETE FROM audit_checkpoint WHERE size > 5`,
    ];
    const saved = await world.owner.selectFrom('audit_checkpoint').selectAll().execute();
    try {
      const verdict = await tampered(cut, () => verifyLog(world.as('worker'), trust, [kept]));
      expect(kindsOf(verdict)).toContain('LOG_TRUNCATED');
    } finally {
      await world.owner.deleteFrom('audit_checkpoint').execute();
      await world.owner.insertInto('audit_checkpoint').values(saved).execute();
    }
  });
});

describe('the evidence of a reissue that had to wait', () => {
  it('A reissue after a SIM swap is issued after the wait, and both decisions are computed again', async () => {
    const person = await customer(world);
    world.outside.telecom.changedSim(person, new Date(world.clock.now().getTime() - day));
    const applicant = await walkTo(world, person, 'KEY_REQUIRED', { reason: 'LOST' });
    const of = applicant.reissueId;
    await perform(world, of, await applicant.requestCertificate());
    world.clock.advance(day - minute);
    expect(await world.activities.applyDeadlines(of)).toMatchObject({ standing: { state: 'COOLING_OFF' } });
    world.clock.advance(minute);
    const { pending } = await world.activities.applyDeadlines(of);
    await perform(world, of, pending!);
    await continueTo(applicant, 'REGISTERED');
    await keepLog();

    const bundle = await evidence(of);
    const decided = bundle.entries.filter(({ entry }) => entry?.action === 'decideRisk');
    expect(decided.map(({ entry }) => entry?.outcome)).toEqual(['DELAY', 'DELAY']);
    expect(await verifyEvidence(bundle, trust)).toMatchObject({ valid: true, findings: [] });
    const swapped = bundle.riskPolicies!.map((text) => text.replace('"hours":24', '"hours":48'));
    const changed = await verifyEvidence({ ...bundle, riskPolicies: swapped }, trust);
    expect(kindsOf(changed)).toContain('RECORD_MISSING');
  });
});
