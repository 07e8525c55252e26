import 'reflect-metadata';
import { randomBytes, randomUUID, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { pino } from 'pino';
import { createSampleActivities, createSigningActivities, intentLifetimeMs } from '#activities/signing';
import {
  createCertificateAuthority,
  openIssuingAuthority,
  personalBankProfile,
  type IssuingAuthority,
} from '#libs/ca';
import {
  createDatabase,
  insertReissue,
  inTransaction,
  lockCustomer,
  lockReissue,
  updateReissue,
  withdrawCertificatesOf,
  type Database,
  type ReissueChanges,
} from '#libs/db';
import { databaseUrlOf } from '../support/app-environment.js';

const started = new Date('2026-11-05T03:04:05.678Z');
const dayMs = 86_400_000;
const directory = join(mkdtempSync(join(tmpdir(), 'reseal-signing-')), 'ca');
const profile = personalBankProfile({
  bank: { name: 'RESEAL', code: '999' },
  statusUrl: 'http://status.reseal.test',
});
const logger = pino({ level: 'silent' });
const passphrase = 'only for these specs';

let owner: Database;
let db: Database;
let authority: IssuingAuthority;
let now = started;

beforeAll(async () => {
  owner = createDatabase({ url: databaseUrlOf('owner'), applicationName: 'spec' });
  db = createDatabase({ url: databaseUrlOf('signer'), applicationName: 'spec' });
  await createCertificateAuthority({ directory, organisation: 'reseal-test', passphrase, now: started });
  authority = openIssuingAuthority(directory, passphrase);
});
afterAll(async () => {
  // These reissues have no workflow: nobody shall miss it.
  await owner
    .updateTable('reissue')
    .set({ state: 'ABANDONED', ended_at: started })
    .where('api_key_name', '=', 'signing.spec')
    .where('ended_at', 'is', null)
    .execute();
  await Promise.all([owner.destroy(), db.destroy()]);
  rmSync(join(directory, '..'), { recursive: true });
});

const signingBy = (signing = authority) =>
  createSigningActivities({ db, authority: signing, profile, clock: () => now, logger });
const issue = (reissueId: string, activities = signingBy()) =>
  activities.issueCertificate({ reissueId, updateId: 'u1' });

async function makeKey() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const csr = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm });
  return {
    csr: csr.toString('pem'),
    thumbprint: await calculateJwkThumbprint(await exportJWK(keys.publicKey)),
  };
}

async function makeCustomer(): Promise<string> {
  const customerId = randomUUID();
  await owner
    .insertInto('customer')
    .values({
      customer_id: customerId,
      customer_ref: randomUUID(),
      ci: randomUUID(),
      name: '김견본',
      mobile: '01000000000',
      email: null,
      bank_code: '999',
      account_number: '100000000000',
      created_at: started,
    })
    .execute();
  return customerId;
}

/** A reissue that is ready to be signed, but for `changes`. */
async function makeReissue(changes: ReissueChanges = {}, key?: Awaited<ReturnType<typeof makeKey>>) {
  const { csr, thumbprint } = key ?? (await makeKey());
  const reissueId = `ri_${randomBytes(16).toString('hex')}`;
  const customerId = await makeCustomer();
  await inTransaction(owner, async (tx) => {
    await insertReissue(tx, {
      reissue_id: reissueId,
      api_key_name: 'signing.spec',
      reason: 'EXPIRED',
      state: 'ISSUING',
      applicant_name: '김견본',
      applicant_mobile: '01000000000',
      person_key: randomUUID(),
      customer_id: customerId,
      customer_ref: randomUUID(),
      key_thumbprint: thumbprint,
      effective_reason: 'EXPIRED',
      policy_version: '1',
      methods: [],
      identity_attempts: 5,
      csr,
      identity_verified_at: started,
      password_verified_at: started,
      consents_completed_at: started,
      created_at: started,
      updated_at: started,
    });
    await updateReissue(tx, reissueId, { updated_at: started, ...changes });
  });
  return { reissueId, customerId };
}

const certificatesOf = (reissueId: string) =>
  owner
    .selectFrom('certificate')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .orderBy('created_at')
    .execute();
const auditOf = async (reissueId: string) => {
  const query = owner.selectFrom('audit_entry').select(['outcome', 'reason']).orderBy('sequence');
  const entries = await query.where('reissue_id', '=', reissueId).execute();
  return entries.map(({ outcome, reason }) => (reason ? `${outcome} ${reason}` : outcome));
};

describe('signing', () => {
  it('issues what the database says, once', async () => {
    const { reissueId } = await makeReissue();
    const result = await issue(reissueId);
    expect(result).toMatchObject({ outcome: 'ISSUED' });
    expect(await issue(reissueId)).toEqual(result);

    const [row, ...others] = await certificatesOf(reissueId);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ state: 'STORED', basis: 'NEW', on_file: false, profile: 'personal-bank/2' });
    const certificate = new X509Certificate(row!.der!);
    expect(certificate.verify(new X509Certificate(authority.chain[0]!).publicKey)).toBe(true);
    expect(certificate.serialNumber.toLowerCase()).toBe(row!.serial);
    expect(row!.subject).toMatch(
      /^cn=김견본\(\)099904120261105\d{9},ou=RESEAL,ou=personal4IB,o=reseal-test,c=kr$/,
    );
    expect(row!.not_after.toISOString()).toBe('2027-11-05T14:59:59.000Z');
    expect(await auditOf(reissueId)).toEqual(['INTENDED', 'DONE']);
  });

  it('keeps the end date and the name of the certificate on file', async () => {
    const { reissueId, customerId } = await makeReissue();
    const { csr } = await makeKey();
    const notAfter = new Date(started.getTime() + 100 * dayMs);
    const samples = createSampleActivities({ db, authority, profile, clock: () => now });
    const request = {
      requestId: randomUUID(),
      customerId,
      subjectName: '김견본',
      virtualId: '07'.repeat(32),
      csr,
      notBefore: '2026-02-01T00:00:00Z',
      notAfter: notAfter.toISOString(),
    };
    const [old] = await samples.issueSampleCertificates([request]);
    await issue(reissueId);
    const [row] = await certificatesOf(reissueId);
    expect(row!.basis).toBe('REISSUE');
    expect(new X509Certificate(row!.der!).validTo).toBe(new X509Certificate(old!.pem).validTo);
    expect(new X509Certificate(row!.der!).subject).toBe(new X509Certificate(old!.pem).subject);
  });

  it.each<[string, ReissueChanges]>([
    ['in another state', { state: 'KEY_REQUIRED' }],
    ['cancelled', { state: 'CANCELLED' }],
    ['without identity', { identity_verified_at: null }],
    ['without password', { password_verified_at: null }],
    ['without consents', { consents_completed_at: null }],
    ['without customer', { customer_id: null }],
  ])('refuses a reissue %s, for good', async (_name, changes) => {
    const { reissueId } = await makeReissue(changes);
    await expect(issue(reissueId)).rejects.toMatchObject({ type: 'NOT_AUTHORISED', nonRetryable: true });
    expect(await certificatesOf(reissueId)).toEqual([]);
    expect(await auditOf(reissueId)).toEqual(['REFUSED NOT_AUTHORISED']);
  });

  it('refuses a reissue that does not exist', async () => {
    await expect(issue(`ri_${'0'.repeat(32)}`)).rejects.toMatchObject({ type: 'NOT_AUTHORISED' });
  });

  it('refuses a key that was not named at start', async () => {
    const { thumbprint } = await makeKey();
    const { reissueId } = await makeReissue({ key_thumbprint: thumbprint });
    expect(await issue(reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_NOT_NAMED_AT_START' });
    expect(await auditOf(reissueId)).toEqual(['REFUSED KEY_NOT_NAMED_AT_START']);
  });

  it('refuses a key of another reissue, and one that was compromised', async () => {
    const key = await makeKey();
    const first = await makeReissue({}, key);
    await issue(first.reissueId);
    const second = await makeReissue({}, key);
    expect(await issue(second.reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_ALREADY_USED' });
    await owner
      .updateTable('certificate')
      .set({ revoked_at: now, revocation_reason: 'keyCompromise' })
      .where('reissue_id', '=', first.reissueId)
      .execute();
    expect(await issue(second.reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_BLOCKED' });
  });

  it('makes one certificate when it is asked many times at once', async () => {
    const { reissueId } = await makeReissue();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => issue(reissueId)));
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ type: 'UNDER_WAY', nonRetryable: false });
    }
    const rows = await certificatesOf(reissueId);
    expect(rows.map((row) => row.state)).toEqual(['STORED']);
    expect(await issue(reissueId)).toEqual({ outcome: 'ISSUED', serial: rows[0]!.serial });
  });

  it('certifies one key for one of two reissues that ask at the same moment', async () => {
    const key = await makeKey();
    const reissues = await Promise.all([makeReissue({}, key), makeReissue({}, key)]);
    const results = await Promise.allSettled(reissues.map(({ reissueId }) => issue(reissueId)));
    const issued = results.filter(
      (result) => result.status === 'fulfilled' && result.value.outcome === 'ISSUED',
    );
    expect(issued).toHaveLength(1);
  });

  it('waits for an open intent while its attempt may live, then abandons it and uses a new serial', async () => {
    const { reissueId } = await makeReissue();
    const killed = {
      ...authority,
      keyStore: { ...authority.keyStore, sign: () => new Promise<never>(() => undefined) },
    };
    void issue(reissueId, signingBy(killed)); // the process dies while it signs
    while ((await certificatesOf(reissueId)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));

    now = new Date(started.getTime() + 30_000);
    await expect(issue(reissueId)).rejects.toMatchObject({
      type: 'UNDER_WAY',
      nonRetryable: false,
      nextRetryDelay: intentLifetimeMs - 30_000,
    });
    now = new Date(started.getTime() + intentLifetimeMs);
    const result = await issue(reissueId);
    now = started;

    const [abandoned, stored] = await certificatesOf(reissueId);
    expect(abandoned).toMatchObject({
      state: 'ABANDONED',
      revocation_reason: 'cessationOfOperation',
      der: null,
    });
    expect(stored).toMatchObject({ state: 'STORED' });
    expect(result).toEqual({ outcome: 'ISSUED', serial: stored!.serial });
    expect(await auditOf(reissueId)).toEqual(['INTENDED', 'ABANDONED', 'INTENDED', 'DONE']);
  });

  it('throws a signature away whose reissue ended meanwhile', async () => {
    const { reissueId, customerId } = await makeReissue();
    const sign = async (bytes: Uint8Array) => {
      await inTransaction(owner, async (tx) => {
        await lockCustomer(tx, customerId);
        await lockReissue(tx, reissueId);
        await withdrawCertificatesOf(tx, reissueId, now);
        await updateReissue(tx, reissueId, { state: 'CANCELLED', ended_at: now });
      });
      return authority.keyStore.sign(bytes);
    };
    const slow = { ...authority, keyStore: { ...authority.keyStore, sign } };
    await expect(issue(reissueId, signingBy(slow))).rejects.toMatchObject({ type: 'DISCARDED' });
    expect((await certificatesOf(reissueId)).map((row) => row.state)).toEqual(['ABANDONED']);
    await expect(issue(reissueId)).rejects.toMatchObject({ type: 'NOT_AUTHORISED' });
  });

  it('abandons its intent at once when the key cannot be used, so that the next attempt need not wait', async () => {
    const { reissueId } = await makeReissue();
    const sign = () => Promise.reject(new Error('the token is away'));
    const broken = { ...authority, keyStore: { ...authority.keyStore, sign } };
    await expect(issue(reissueId, signingBy(broken))).rejects.toThrow('the token is away');
    expect(await issue(reissueId)).toMatchObject({ outcome: 'ISSUED' });
    expect((await certificatesOf(reissueId)).map((row) => row.state).sort()).toEqual(['ABANDONED', 'STORED']);
  });

  it('cannot change a reissue', async () => {
    const { reissueId } = await makeReissue();
    const attempt = inTransaction(db, (tx) => updateReissue(tx, reissueId, { state: 'REGISTERED' }));
    await expect(attempt).rejects.toThrow(/permission denied/);
  });
});

describe('sample certificates', () => {
  it('are made once for each request id, in the order of the requests', async () => {
    const samples = createSampleActivities({ db, authority, profile, clock: () => now });
    const requests = await Promise.all(
      ['2025-12-01', '2026-01-01', '2026-02-01'].map(async (from) => ({
        requestId: randomUUID(),
        customerId: randomUUID(),
        subjectName: '이시험',
        virtualId: '07'.repeat(32),
        csr: (await makeKey()).csr,
        notBefore: `${from}T00:00:00Z`,
        notAfter: '2027-01-01T14:59:59Z',
      })),
    );
    const [first] = await samples.issueSampleCertificates(requests.slice(0, 1));
    const all = await samples.issueSampleCertificates(requests);
    expect(all[0]).toEqual(first);
    expect(await samples.issueSampleCertificates(requests)).toEqual(all);
    const starts = all.map(({ pem }) =>
      new Date(new X509Certificate(pem).validFrom).toISOString().slice(0, 10),
    );
    expect(starts).toEqual(['2025-12-01', '2026-01-01', '2026-02-01']);
    const rows = await owner
      .selectFrom('certificate')
      .selectAll()
      .where(
        'customer_id',
        'in',
        requests.map((request) => request.customerId),
      )
      .execute();
    for (const row of rows) expect(row).toMatchObject({ state: 'STORED', on_file: true, reissue_id: null });
  });
});
