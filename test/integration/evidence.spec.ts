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
  type Verdict,
} from '#libs/audit';
import {
  assembleEvidence,
  CheckpointFile,
  makeCheckpoint,
  sequenceEntries,
  verifyLog,
  type AuditSigningKey,
  type KeptCheckpoint,
} from '#libs/audit-log';
import { appendAuthorityEntry, inTransaction, knownIssuers, newestCheckpoint } from '#libs/db';
import { sql } from 'kysely';
import { runVerify } from '../../apps/cli/src/verify/verify.js';
import { minute } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
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
  await appendAuthorityEntry(world.as('worker'), {
    actor: 'staff:olivia',
    action: 'certificate.hold',
    outcome: 'DONE',
    details: { serial },
    occurredAt: world.clock.now(),
  });
  await keepLog();
});
afterAll(() => world.close());

/** What the sequencer does. @returns the checkpoint made, as somebody keeps it elsewhere */
async function keepLog(): Promise<string> {
  world.clock.advance(minute);
  const now = world.clock.now();
  await inTransaction(world.as('worker'), (tx) => sequenceEntries(tx, 1_000, now));
  await inTransaction(world.as('worker'), (tx) =>
    makeCheckpoint(tx, { origin: 'spec', key, intervalMs: 0 }, now),
  );
  return (await newestCheckpoint(world.owner))!.jws;
}

async function evidence(of = reissueId, kept: readonly KeptCheckpoint[] = []): Promise<EvidenceBundle> {
  const bundle = await assembleEvidence(
    { db: world.as('worker'), key, terms: world.terms, clock: world.clock.now },
    of,
    kept,
  );
  return JSON.parse(JSON.stringify(bundle)) as EvidenceBundle;
}

const kindsOf = ({ findings }: Verdict) => [...new Set(findings.map(({ kind }) => kind))].sort();

/** Lets a hand into the database, looks, and takes back what it did. */
async function tampered<T>(statements: readonly string[], look: () => Promise<T>): Promise<T> {
  const tables = [
    'audit_entry',
    'authority_entry',
    'audit_leaf',
    'consent',
    'audit_personal',
    'reissue',
    'certificate',
  ];
  for (const table of tables)
    await sql.raw(`CREATE TABLE saved_${table} AS TABLE ${table}`).execute(world.owner);
  await sql.raw(`ALTER TABLE audit_entry DISABLE TRIGGER USER`).execute(world.owner);
  try {
    for (const statement of statements) await sql.raw(statement).execute(world.owner);
    return await look();
  } finally {
    await sql
      .raw(
        `BEGIN; DELETE FROM audit_personal; DELETE FROM audit_entry; DELETE FROM audit_leaf; DELETE FROM consent;
        INSERT INTO audit_entry TABLE saved_audit_entry; INSERT INTO audit_personal TABLE saved_audit_personal;
        INSERT INTO audit_leaf TABLE saved_audit_leaf; INSERT INTO consent TABLE saved_consent;
        UPDATE reissue SET audit_sequence = saved.audit_sequence FROM saved_reissue AS saved
          WHERE saved.reissue_id = reissue.reissue_id;
        UPDATE certificate SET der = saved.der FROM saved_certificate AS saved WHERE saved.serial = certificate.serial;
        COMMIT`,
      )
      .execute(world.owner);
    await sql.raw(`ALTER TABLE audit_entry ENABLE TRIGGER USER`).execute(world.owner);
    for (const table of tables) await sql.raw(`DROP TABLE saved_${table}`).execute(world.owner);
  }
}

const own = () => `reissue_id = '${reissueId}'`;

describe('the evidence of a reissue', () => {
  it('is valid, and lacks nothing but the archive that is still to come', async () => {
    const bundle = await evidence();
    expect(await verifyEvidence(bundle, trust)).toEqual({
      valid: true,
      findings: [],
      unproven: [{ what: 'HISTORY', message: 'the history is not archived yet' }],
    });
    expect(bundle.consents.length).toBeGreaterThan(2);
    expect(bundle.consents.every(({ text }) => text !== null)).toBe(true);
    expect(bundle.receipts).toHaveLength(2);
    expect(bundle.certificate?.chain).toHaveLength(3);
    expect(
      bundle.entries.filter(({ stream }) => stream === 'authority').map(({ entry }) => entry?.action),
    ).toEqual(['readReissue', 'certificate.hold']);
  });

  it('is there for a reissue under way, too, and for none that never was', async () => {
    expect(await verifyEvidence(await evidence(another), trust)).toMatchObject({ valid: true });
    const parts = { db: world.as('worker'), key, terms: world.terms, clock: world.clock.now };
    expect(await assembleEvidence(parts, `ri_${'0'.repeat(32)}`)).toBeUndefined();
  });

  it('says of what was written after the last checkpoint that it is not proven', async () => {
    const late = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const { valid, unproven } = await verifyEvidence(await evidence(late.reissueId), trust);
    expect(valid).toBe(true);
    expect(unproven.filter(({ what }) => what === 'ENTRY').length).toBeGreaterThan(0);
    await keepLog();
    expect((await verifyEvidence(await evidence(late.reissueId), trust)).unproven).toEqual([
      { what: 'HISTORY', message: 'the history is not archived yet' },
    ]);
  });

  it('holds against every checkpoint that was kept elsewhere', async () => {
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

  it('names nobody but in the personal parts and the certificate, and never a secret', async () => {
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

  it('is found in the whole log, which is valid before and after', async () => {
    const look = () => verifyLog(world.as('worker'), trust);
    expect(await look()).toEqual({ valid: true, unproven: [], findings: [] });
    const edited = await tampered(
      [`UPDATE audit_entry SET outcome = 'REFUSED' WHERE ${own()} AND sequence = 4`],
      look,
    );
    expect(edited.findings).toEqual([
      {
        kind: 'ENTRY_ALTERED',
        entry: { stream: reissueId, sequence: 4, leafIndex: expect.any(Number) },
        message: expect.any(String),
      },
    ]);
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

  it('is found if it is who it was that was changed, in the whole log, too', async () => {
    const verdict = await tampered(
      [`UPDATE audit_personal SET personal = '{}' WHERE ${own()} AND sequence = 1`],
      () => verifyLog(world.as('worker'), trust),
    );
    expect(verdict.findings).toMatchObject([
      { kind: 'PERSONAL_ALTERED', entry: { stream: reissueId, sequence: 1 } },
    ]);
  });

  it('is found although the database has lost the checkpoint that somebody kept', async () => {
    const earlier = await world.owner
      .selectFrom('audit_checkpoint')
      .select(['size', 'jws', 'root', 'made_at'])
      .orderBy('size')
      .executeTakeFirstOrThrow();
    const kept = [{ size: Number(earlier.size), jws: earlier.jws }];
    await world.owner.deleteFrom('audit_checkpoint').where('size', '=', earlier.size).execute();
    try {
      const bundle = await evidence(reissueId, kept);
      expect(await verifyEvidence(bundle, trust, [earlier.jws])).toMatchObject({
        valid: true,
        unproven: [{ what: 'HISTORY' }],
      });
      // a log that was written anew past the size that was kept
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

  it('is found by `verify --log`, by the checkpoints that the worker keeps apart', async () => {
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
      return { code, verdict: JSON.parse(printed.join('\n')) as Verdict };
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

  it('is found if the tail was cut off, by a checkpoint that was kept elsewhere', async () => {
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
