import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { sql } from 'kysely';
import { pino } from 'pino';
import {
  readCheckpointFile,
  trustFormat,
  verifyEvidence,
  type TrustFile,
  type EvidenceVerdict,
} from '#libs/audit-proofs';
import { inTransaction, type Database } from '#libs/db';
import { certificateBySerial, knownIssuers } from '#libs/db/certificates';
import { outboxLag } from '#libs/db/events';
import { findReissue, findStep } from '#libs/db/reissues';
import { pendingRestore } from '#libs/db/restores';
import { createEventRelay, readPublished, type PublishedEvent } from '#libs/events';
import {
  assembleEvidence,
  CheckpointFile,
  makeCheckpoint,
  sequenceEntries,
  verifyLog,
  type AuditSigningKey,
} from '#libs/audit-log';
import { SignerJournal } from '#libs/signer-journal';
import { changeStatus } from '#activities/revocation';
import { afterRestore } from '../../apps/setup/src/after-restore/run.js';
import { until } from '../support/until.js';
import { Applicant } from '../world/applicant.js';
import { customer } from '../world/people.js';
import { inForce } from '../world/records.js';
import { RecordedWorkflows } from '../world/recorded-workflows.js';
import type { Backup } from '../world/test-database.js';
import { ordinaryPath } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

const source = `/spec/${randomUUID()}`;
const brokers = (process.env.RESEAL_KAFKA_BROKERS ?? '').split(',');
const topics = ['reseal.reissue', 'reseal.certificate', 'reseal.audit'];

let world: World;
let backup: Backup;
let folder: string;
let journal: SignerJournal;
let published: PublishedEvent[];
let printed: string[] = [];
const temporal = new RecordedWorkflows();
const auditKey: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'audit-spec',
};
const { d: _private, ...jwk } = auditKey as AuditSigningKey & { d: string };
const checkpointFile = () => path.join(folder, 'kept', 'checkpoints.jsonl');

/** Makes leaves of all entries, and a checkpoint that is stored outside the database. */
async function makeLog(): Promise<void> {
  world.clock.advance(60_000);
  const db = world.as('worker', 2);
  await inTransaction(db, (tx) => sequenceEntries(tx, 10_000, world.clock.now()));
  const options = { origin: 'spec', key: auditKey, intervalMs: 0 };
  await inTransaction(db, (tx) => makeCheckpoint(tx, options, world.clock.now()));
  await new CheckpointFile(checkpointFile()).catchUp(db);
}

const keptCheckpoints = () => readCheckpointFile(readFileSync(checkpointFile()));

/** The trust file of an auditor who verifies this log. */
async function trust(): Promise<TrustFile> {
  const issuers = await knownIssuers(world.owner);
  return {
    format: trustFormat,
    origin: 'spec',
    auditKeys: [{ jwk: jwk as { kty: string; kid: string }, validFrom: '2026-01-01T00:00:00.000Z' }],
    receiptKeys: world.receiptKeys.keys as TrustFile['receiptKeys'],
    staffKeys: [],
    certificateAuthorities: issuers.flatMap(({ subject, certificate, root }) =>
      [certificate, root].map((der) => ({ subject, sha256: createHash('sha256').update(der).digest('hex') })),
    ),
  };
}

const verifyWithKept = async () => verifyLog(world.owner, await trust(), keptCheckpoints());

/** The verdict on the evidence of a reissue, with all checkpoints that were ever stored outside the database. */
async function verdictOn({ reissueId }: Applicant): Promise<EvidenceVerdict> {
  const parts = { db: world.as('worker', 2), key: auditKey, terms: world.terms, clock: world.clock.now };
  const kept = keptCheckpoints();
  const bundle = await assembleEvidence(
    parts,
    reissueId,
    kept.map((jws) => ({ size: (decodeJwt(jws) as { size: number }).size, jws })),
  );
  return verifyEvidence(JSON.parse(JSON.stringify(bundle)), await trust(), kept);
}

/** Sends the messages of the ordinary path to the workflow, until the reissue is in this state. */
async function continueTo(applicant: Applicant, state: string): Promise<void> {
  const row = await findReissue(world.owner, applicant.reissueId);
  const from = ordinaryPath.findIndex(([each]) => each === row?.state) + 1;
  const to = ordinaryPath.findIndex(([each]) => each === state);
  for (const [, message] of ordinaryPath.slice(from, to + 1))
    await temporal.sendMessage(applicant, await message(applicant));
}

async function arrive(state?: string): Promise<Applicant> {
  const applicant = await Applicant.of(world, await customer(world));
  if (state) await continueTo(applicant, state);
  return applicant;
}

const serialOf = async (applicant: Applicant) => (await applicant.row()).serial!;

async function publishAll(): Promise<void> {
  const relay = createEventRelay({
    databaseUrl: world.urlOf('worker'),
    db: world.as('worker', 2),
    brokers,
    source,
    clock: world.clock.now,
    logger: pino({ level: 'silent' }),
    timing: { pollMs: 50 },
  });
  relay.start();
  await until('all events to be published', async () => (await outboxLag(world.owner)).waiting === 0);
  await relay.stop();
}

function runCommand(options: { confirm: boolean; declared: boolean }): Promise<number> {
  printed = [];
  return afterRestore(
    {
      db: world.owner,
      temporal: temporal.client,
      codec: world.codec,
      clock: world.clock.now,
      actor: 'operator:spec',
      print: (line) => printed.push(line),
      config: {
        kafkaBrokers: brokers,
        eventSource: source,
        signerJournal: folder,
        checkpointFile: checkpointFile(),
      } as never,
    },
    options,
  );
}

/** The applicants. The restored database lacks some data of each. */
let people: {
  registeredSince: Applicant;
  registeredFromBackup: Applicant;
  issuedFromBackup: Applicant;
  issuedSince: Applicant;
  cancelledSince: Applicant;
  startedSince: Applicant;
  untouched: Applicant;
};
const serials: Record<string, string> = {};
let revokedSince: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'reseal-after-restore-'));
  journal = new SignerJournal(folder, () => new Date());
  world = await createWorld({}, { journal });
  const registeredFromBackup = await arrive('KEY_REQUIRED');
  const issuedFromBackup = await arrive('KEY_REQUIRED');
  const untouched = await arrive('PASSWORD_REQUIRED');
  const revoked = await customer(world);
  revokedSince = revoked.oldSerial!;
  people = {
    registeredFromBackup,
    issuedFromBackup,
    untouched,
    registeredSince: await arrive(),
    issuedSince: await arrive(),
    cancelledSince: await arrive(),
    startedSince: await arrive(),
  };
  await makeLog();
  await publishAll();
  backup = await world.backUp();
  await until('the database again', () => sql`select 1`.execute(world.owner).then(() => true));

  for (const [name, state] of [
    ['registeredSince', 'REGISTERED'],
    ['registeredFromBackup', 'REGISTERED'],
    ['issuedFromBackup', 'ISSUED'],
    ['issuedSince', 'ISSUED'],
    ['cancelledSince', 'CONSENT_REQUIRED'],
    ['startedSince', 'IDENTITY_REQUIRED'],
  ] as const) {
    await continueTo(people[name], state);
    if (state === 'REGISTERED' || state === 'ISSUED') serials[name] = await serialOf(people[name]);
  }
  await temporal.sendMessage(people.cancelledSince, people.cancelledSince.cancel());
  await makeLog();
  await publishRevocation(world.owner, revokedSince);
  await makeLog();
  await publishAll();
  published = await readPublished({ brokers, topics, source });
  await backup.restore();
  await until('the restored database', () => sql`select 1`.execute(world.owner).then(() => true));
});
afterAll(async () => {
  await journal.close();
  await world.close();
  await backup.drop();
  rmSync(folder, { recursive: true });
});

/** Revokes a certificate outside any reissue, as an operation of the bank does. */
async function publishRevocation(db: Database, serial: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await changeStatus(tx, serial, { act: 'revoke', reason: 'affiliationChanged' }, world.clock.now());
    await tx
      .insertInto('event')
      .values({
        stream: serial,
        sequence: 1,
        topic: 'reseal.certificate',
        key: serial,
        type: 'reseal.certificate.revoked.v1',
        data: JSON.stringify({ serial, customerRef: 'cr', revocationReason: 'affiliationChanged' }),
        occurred_at: world.clock.now(),
        published_at: null,
      })
      .execute();
  });
}

describe('setup after-restore', () => {
  it('setup after-restore plans the work and changes nothing before it is confirmed', async () => {
    expect(await runCommand({ confirm: false, declared: true })).toBe(0);
    const about = ({ reissueId }: Applicant) => printed.find((line) => line.startsWith(reissueId));
    expect(about(people.registeredSince)).toContain('no row → REGISTERED with certificate');
    expect(about(people.registeredFromBackup)).toContain('KEY_REQUIRED → REGISTERED with certificate');
    expect(about(people.issuedFromBackup)).toContain('KEY_REQUIRED → ISSUED with certificate');
    expect(about(people.issuedSince)).toContain('no row → WITHDRAWN, the customer is notified');
    expect(about(people.cancelledSince)).toContain('no row → CANCELLED');
    expect(about(people.startedSince)).toContain('no row → a retry of the start begins again');
    expect(about(people.untouched)).toBeUndefined();
    expect(await findReissue(world.owner, people.registeredSince.reissueId)).toBeUndefined();
    expect(await pendingRestore(world.owner)).toBeUndefined();
  });

  it('setup after-restore refuses an audit log that lacks published checkpoints only until it is reconciled', async () => {
    expect((await verifyWithKept()).findings.map(({ kind }) => kind)).toContain('LOG_TRUNCATED');
  });

  it('setup after-restore runs only after a restore was found or declared', async () => {
    expect(await runCommand({ confirm: true, declared: false })).toBe(1);
    expect(await runCommand({ confirm: true, declared: true })).toBe(0);
    expect(await pendingRestore(world.owner)).toBeUndefined();
  });

  it.each(['registeredSince', 'registeredFromBackup'] as const)(
    'setup after-restore leaves %s registered, with the certificate that the customer holds as the only one',
    async (name) => {
      const applicant = people[name];
      const { customerId, oldSerial } = applicant.person;
      expect(await applicant.row()).toMatchObject({ state: 'REGISTERED', serial: serials[name] });
      expect((await applicant.row()).old_serial).toBe(oldSerial);
      expect(await inForce(world, customerId)).toEqual([serials[name]]);
      const certificate = await certificateBySerial(world.owner, serials[name]!);
      expect(certificate).toMatchObject({ state: 'STORED', on_file: true });
      expect(certificate?.der).not.toBeNull();
      expect(await certificateBySerial(world.owner, oldSerial!)).toMatchObject({
        revocation_reason: 'superseded',
        crl_pending: true,
      });
    },
  );

  it('setup after-restore keeps a reissue open whose certificate was delivered, so that it can be registered', async () => {
    const applicant = people.issuedFromBackup;
    expect(await applicant.row()).toMatchObject({ state: 'ISSUED', serial: serials['issuedFromBackup'] });
    expect(await temporal.sendMessage(applicant, await applicant.proveRegistration())).toMatchObject({
      standing: { state: 'REGISTERED' },
    });
    expect(await inForce(world, applicant.person.customerId)).toEqual([serials['issuedFromBackup']]);
  });

  it('setup after-restore withdraws the certificate of a lost reissue and leaves the old certificate in force', async () => {
    const applicant = people.issuedSince;
    expect(await applicant.row()).toMatchObject({ state: 'WITHDRAWN', end_code: 'WITHDRAWN_BY_OPERATOR' });
    expect(await certificateBySerial(world.owner, serials['issuedSince']!)).toMatchObject({
      state: 'ABANDONED',
      revocation_reason: 'cessationOfOperation',
      crl_pending: true,
    });
    expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
    // The workflow, which still runs, reads the row and notifies the customer.
    const { reissueId } = applicant;
    expect(temporal.requests).toContain(`signal reissue/${reissueId}`);
    await world.activities.notify({ reissueId, moment: 'WITHDRAWN' });
    const notified = world.owner.selectFrom('notification').select(['moment', 'channel']);
    expect(await notified.where('reissue_id', '=', reissueId).execute()).toEqual([
      { moment: 'WITHDRAWN', channel: 'SMS' },
    ]);
  });

  it.each(['registeredSince', 'issuedSince', 'cancelledSince'] as const)(
    'setup after-restore lets the repeated start of %s be answered',
    async (name) => {
      const { reissueId } = people[name];
      const step = await findStep(world.owner, reissueId, 'start-1');
      const row = await people[name].row();
      expect(step?.outcome).toMatchObject({ status: 'DONE', reissue: { id: reissueId, state: row.state } });
    },
  );

  it('setup after-restore repeats revocations that were made outside any reissue', async () => {
    expect(await certificateBySerial(world.owner, revokedSince)).toMatchObject({
      revocation_reason: 'affiliationChanged',
      crl_pending: true,
    });
  });

  it('setup after-restore explains the checkpoints of the lost branch of the audit log', async () => {
    await makeLog();
    await makeLog();
    const { findings, unproven } = await verifyWithKept();
    expect(findings).toEqual([]);
    expect(unproven.map(({ message }) => message).join()).toContain(
      'of a branch that was cut off when the database was restored',
    );
  });

  it('setup after-restore explains the lost checkpoints in the evidence of each reissue, which is valid', async () => {
    for (const applicant of Object.values(people)) {
      if (!(await findReissue(world.owner, applicant.reissueId))) continue;
      const { findings, unproven } = await verdictOn(applicant);
      expect(findings).toEqual([]);
      expect(unproven).toContainEqual({
        what: 'CHECKPOINT',
        entry: { stream: 'authority', sequence: expect.any(Number) },
        message: expect.stringContaining('of a branch that was cut off'),
      });
    }
    const { unproven } = await verdictOn(people.registeredSince);
    expect(unproven.map(({ what }) => what)).not.toContain('CERTIFICATE');
  });

  it('setup after-restore never publishes an event id again with other contents', async () => {
    await continueTo(people.untouched, 'REGISTERED');
    await continueTo(people.startedSince, 'REGISTERED');
    await publishAll();
    const all = await readPublished({ brokers, topics, source });
    const contents = new Map<string, string>();
    for (const { stream, sequence, type, data, occurredAt } of all) {
      const content = JSON.stringify([type, data, occurredAt]);
      expect(contents.get(`${stream}/${sequence}`) ?? content).toBe(content);
      contents.set(`${stream}/${sequence}`, content);
    }
    const last = (events: PublishedEvent[]) =>
      Math.max(
        ...events.filter(({ stream }) => stream === people.startedSince.reissueId).map((e) => e.sequence),
      );
    expect(last(all)).toBeGreaterThan(1_000 + last(published));
  });

  it('setup after-restore has nothing to do in a second run', async () => {
    expect(await runCommand({ confirm: false, declared: false })).toBe(0);
    expect(printed.filter((line) => line.includes('→'))).toEqual([]);
  });
});
