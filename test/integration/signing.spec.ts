import { randomUUID, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { intentLifetimeMs } from '#activities/signing';
import {
  checkCertificateRequest,
  personalBankProfile,
  profileDigest,
  soleAuthority,
  WeakKeyList,
} from '#libs/ca';
import { inTransaction, type Database } from '#libs/db';
import { withdrawCertificatesOf } from '#libs/db/certificates';
import { lockCustomer } from '#libs/db/customers';
import { lockReissue, updateReissue, type ReissueChanges } from '#libs/db/reissues';
import { startTime, createSigningWorld, type SigningWorld } from '../world/signing-world.js';
import { until } from '../support/until.js';

const dayMs = 86_400_000;

let world: SigningWorld;
beforeAll(async () => void (world = await createSigningWorld()));
afterAll(() => world.close());

const statesOf = async (reissueId: string) =>
  (await world.certificatesOf(reissueId)).map((row) => row.state).sort();

async function enrol(customerId: string, notAfter: Date, csr: string | null) {
  const [old] = await world.samples.issueSampleCertificates([
    {
      requestId: randomUUID(),
      customerId,
      subjectName: '김견본',
      virtualId: '07'.repeat(32),
      csr: csr!,
      notBefore: '2026-02-01T00:00:00Z',
      notAfter: notAfter.toISOString(),
    },
  ]);
  return old!;
}

describe('signing', () => {
  it('The signer issues the data of the database once', async () => {
    const { reissueId } = await world.makeReissue();
    const result = await world.issue(reissueId);
    expect(result).toMatchObject({ outcome: 'ISSUED' });
    expect(await world.issue(reissueId)).toEqual(result);

    const [row, ...others] = await world.certificatesOf(reissueId);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ state: 'STORED', basis: 'NEW', on_file: false, profile: 'personal-bank/3' });
    const certificate = new X509Certificate(row!.der!);
    expect(certificate.verify(new X509Certificate(world.authority.chain[0]).publicKey)).toBe(true);
    expect(certificate.serialNumber.toLowerCase()).toBe(row!.serial);
    expect(row!.subject).toMatch(
      /^cn=김견본\(\)099904120261105\d{9},ou=RESEAL,ou=personal4IB,o=reseal-test,c=kr$/,
    );
    expect(row!.not_after.toISOString()).toBe('2027-11-05T14:59:59.000Z');
    expect(await world.auditOf(reissueId)).toEqual(['INTENDED', 'DONE']);
  });

  it('Backdating moves the begin of a certificate and not its end', async () => {
    const { reissueId } = await world.makeReissue();
    const clock = () => new Date('2026-11-05T04:05:06.789Z');
    await world.signer({ backdateMs: 300_000, clock })(reissueId);
    const [row] = await world.certificatesOf(reissueId);
    expect(row!.not_before.toISOString()).toBe('2026-11-05T04:00:06.000Z');
    expect(new X509Certificate(row!.der!).validFromDate).toEqual(row!.not_before);
    expect(row!.not_after.toISOString()).toBe('2027-11-05T14:59:59.000Z');
  });

  it('The signer puts the VID of the reissue into the certificate', async () => {
    const virtualId = Buffer.concat([Buffer.alloc(2), Buffer.alloc(30, 0x5a)]);
    const { reissueId } = await world.makeReissue({ virtual_id: virtualId });
    await world.issue(reissueId);
    const [row] = await world.certificatesOf(reissueId);
    expect(row!.der!.includes(virtualId)).toBe(true);
  });

  it('The signer keeps end date and name of the certificate on file', async () => {
    const { reissueId, customerId } = await world.makeReissue();
    const { key } = await world.makeReissue();
    const old = await enrol(customerId, new Date('2027-02-13T14:59:59Z'), key.csr);
    await world.issue(reissueId);
    const [row] = await world.certificatesOf(reissueId);
    expect(row!.basis).toBe('REISSUE');
    expect(new X509Certificate(row!.der!).validTo).toBe(new X509Certificate(old.pem).validTo);
    expect(new X509Certificate(row!.der!).subject).toBe(new X509Certificate(old.pem).subject);
  });

  it.each<[string, ReissueChanges]>([
    ['in another state', { state: 'KEY_REQUIRED' }],
    ['cancelled', { state: 'CANCELLED' }],
    ['without identity', { identity_verified_at: null }],
    ['without password', { password_verified_at: null }],
    ['without consents', { consents_completed_at: null }],
    ['that has not waited', { required_wait_ms: '1000' }],
    [
      'that still waits',
      { required_wait_ms: '1000', cooling_off_until: new Date(Date.now() + 400 * 86_400_000) },
    ],
    ['without customer', { customer_id: null }],
    ['without VID', { virtual_id: null }],
  ])('The signer finally refuses a reissue %s', async (_name, changes) => {
    const { reissueId } = await world.makeReissue(changes);
    await expect(world.issue(reissueId)).rejects.toMatchObject({
      type: 'NOT_AUTHORISED',
      nonRetryable: true,
    });
    expect(await world.certificatesOf(reissueId)).toEqual([]);
    expect(await world.auditOf(reissueId)).toEqual(['REFUSED NOT_AUTHORISED']);
  });

  it('The signer refuses a reissue that does not exist', async () => {
    const attempt = world.issue(`ri_${'0'.repeat(32)}`);
    await expect(attempt).rejects.toMatchObject({ type: 'NOT_AUTHORISED' });
  });

  it('The signer refuses a key that was not named at start', async () => {
    const { key } = await world.makeReissue();
    const { reissueId } = await world.makeReissue({ key_thumbprint: key.key_thumbprint });
    expect(await world.issue(reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_NOT_NAMED_AT_START' });
    expect(await world.auditOf(reissueId)).toEqual(['REFUSED KEY_NOT_NAMED_AT_START']);
  });

  it('The signer refuses a key of another reissue and a compromised key', async () => {
    const first = await world.makeReissue();
    await world.issue(first.reissueId);
    const second = await world.makeReissue(first.key);
    expect(await world.issue(second.reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_ALREADY_USED' });
    await world.owner
      .updateTable('certificate')
      .set({ revoked_at: startTime, revocation_reason: 'keyCompromise' })
      .where('reissue_id', '=', first.reissueId)
      .execute();
    expect(await world.issue(second.reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_BLOCKED' });
  });

  it('The signer refuses a blocked key that was never certified here', async () => {
    const { reissueId } = await world.makeReissue();
    const twin = await world.makeReissue();
    await world.issue(twin.reissueId);
    const [{ spki_sha256 } = { spki_sha256: '' }] = await world.certificatesOf(twin.reissueId);
    await world.owner.deleteFrom('certificate').where('reissue_id', '=', twin.reissueId).execute();
    await world.owner
      .insertInto('blocked_key')
      .values({ spki_sha256, reason: 'keyCompromise', serial: null, blocked_at: startTime })
      .execute();
    await world.useKey(reissueId, twin.key);
    expect(await world.issue(reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_BLOCKED' });
  });

  it('The signer refuses a key of the list of weak keys', async () => {
    const { reissueId, key } = await world.makeReissue();
    const request = await checkCertificateRequest(key.csr!);
    if (!request.ok) throw new Error(request.code);
    const weakKeys = new WeakKeyList(request.spkiSha256);
    expect(await world.signer({ weakKeys })(reissueId)).toEqual({ outcome: 'REFUSED', code: 'KEY_WEAK' });
    expect(await world.certificatesOf(reissueId)).toEqual([]);
  });

  it('The signer refuses a kind of key that the profile does not allow', async () => {
    const { reissueId } = await world.makeReissue();
    const profile = { ...world.ports.profile, keyTypes: ['RSA-2048' as const] };
    expect(await world.signer({ profile })(reissueId)).toEqual({
      outcome: 'REFUSED',
      code: 'KEY_TYPE_NOT_ALLOWED',
    });
  });

  it('The signer finally refuses a certificate that would outlive its CA, and says so', async () => {
    const { reissueId } = await world.makeReissue();
    const { identity } = world.authority;
    const ending = {
      ...world.authority,
      identity: { ...identity, notAfter: new Date(startTime.getTime() + 30 * dayMs) },
    };
    await expect(world.signer({ authorities: soleAuthority(ending) })(reissueId)).rejects.toMatchObject({
      type: 'CERTIFICATE_NOT_BUILDABLE',
      message: 'the certificate would outlive its CA',
      nonRetryable: true,
    });
    expect(await world.certificatesOf(reissueId)).toEqual([]);
    expect(await world.auditOf(reissueId)).toEqual(['REFUSED CERTIFICATE_NOT_BUILDABLE']);
  });

  it('The signer finally refuses a certificate that breaks lint rules, and names them', async () => {
    const { reissueId } = await world.makeReissue();
    // The schema would refuse this profile: every certificate must have a key usage.
    const profile = { ...world.ports.profile, keyUsage: [] };
    const attempt = world.signer({ profile })(reissueId);
    await expect(attempt).rejects.toMatchObject({
      type: 'LINT_FAILED',
      message: expect.stringMatching(/^the certificate would break .*key-usage/),
      nonRetryable: true,
    });
    expect(await world.certificatesOf(reissueId)).toEqual([]);
    expect(await world.auditOf(reissueId)).toEqual(['REFUSED LINT_FAILED']);
  });

  it('The signer keeps the profile with which a reissue began after another was configured', async () => {
    const { reissueId } = await world.makeReissue();
    const broken = world.signingWith(() => Promise.reject(new Error('the token is away')));
    await expect(world.signer({ authorities: broken })(reissueId)).rejects.toThrow('the token is away');

    const configuredNow = personalBankProfile({
      bank: { name: 'ANOTHER NAME', code: '998' },
      statusUrl: 'http://elsewhere.reseal.test',
    });
    const later = world.signer({ profile: configuredNow });
    await later(reissueId);
    const [, stored] = await world.certificatesOf(reissueId);
    expect(stored).toMatchObject({ state: 'STORED', profile_digest: profileDigest(world.ports.profile) });
    expect(stored!.subject).toContain('ou=RESEAL');
    expect(stored!.der!.includes('http://status.reseal.test')).toBe(true);

    const fresh = await world.makeReissue();
    await later(fresh.reissueId);
    const [row] = await world.certificatesOf(fresh.reissueId);
    expect(row).toMatchObject({ profile_digest: profileDigest(configuredNow) });
    expect(row!.subject).toContain('ou=ANOTHER NAME');
  });

  it('The signer waits for an open intent while its attempt may live, then abandons it and uses a new serial', async () => {
    const { reissueId } = await world.makeReissue();
    const dying = world.signer({ authorities: world.signingWith(() => new Promise<never>(() => undefined)) });
    void dying(reissueId); // the process dies while it signs
    await until('the intent', async () => (await world.certificatesOf(reissueId)).length > 0);

    world.clock.advance(30_000);
    await expect(world.issue(reissueId)).rejects.toMatchObject({
      type: 'UNDER_WAY',
      nonRetryable: false,
      nextRetryDelay: intentLifetimeMs - 30_000,
    });
    world.clock.advance(intentLifetimeMs - 30_000);
    const result = await world.issue(reissueId);

    const [abandoned, stored] = await world.certificatesOf(reissueId);
    expect(abandoned).toMatchObject({
      state: 'ABANDONED',
      revocation_reason: 'cessationOfOperation',
      crl_pending: true,
      der: null,
    });
    expect(stored).toMatchObject({ state: 'STORED' });
    expect(result).toEqual({ outcome: 'ISSUED', serial: stored!.serial });
    expect(await world.auditOf(reissueId)).toEqual(['INTENDED', 'ABANDONED', 'INTENDED', 'DONE']);
  });

  it('The signer discards a signature whose reissue ended meanwhile', async () => {
    const { reissueId, customerId } = await world.makeReissue();
    const now = world.clock.now();
    const slow = world.signingWith(async (bytes) => {
      await inTransaction(world.owner, async (tx) => {
        await lockCustomer(tx, customerId);
        await lockReissue(tx, reissueId);
        await withdrawCertificatesOf(tx, reissueId, now);
        await updateReissue(tx, reissueId, { state: 'CANCELLED', ended_at: now });
      });
      return world.authority.keyStore.sign(bytes);
    });
    const attempt = world.signer({ authorities: slow })(reissueId);
    await expect(attempt).rejects.toMatchObject({ type: 'DISCARDED' });
    expect(await statesOf(reissueId)).toEqual(['ABANDONED']);
    await expect(world.issue(reissueId)).rejects.toMatchObject({ type: 'NOT_AUTHORISED' });
  });

  it('The signer abandons its intent at once if the key cannot be used, so that the next attempt need not wait', async () => {
    const { reissueId } = await world.makeReissue();
    const broken = world.signingWith(() => Promise.reject(new Error('the token is away')));
    await expect(world.signer({ authorities: broken })(reissueId)).rejects.toThrow('the token is away');
    expect(await world.issue(reissueId)).toMatchObject({ outcome: 'ISSUED' });
    expect(await statesOf(reissueId)).toEqual(['ABANDONED', 'STORED']);
  });

  it('The signer stores no certificate whose signature is not the CA’s', async () => {
    const { reissueId } = await world.makeReissue();
    const lying = world.signingWith((bytes) =>
      world.authority.keyStore.sign(Buffer.concat([bytes, Buffer.from([0])])),
    );
    await expect(world.signer({ authorities: lying })(reissueId)).rejects.toThrow('does not verify');
    expect(await statesOf(reissueId)).toEqual(['ABANDONED']);
  });

  it('The signer cannot change a reissue', async () => {
    const { reissueId } = await world.makeReissue();
    const attempt = inTransaction(world.ports.db as Database, (tx) =>
      updateReissue(tx, reissueId, { state: 'REGISTERED' }),
    );
    await expect(attempt).rejects.toThrow(/permission denied/);
  });
});

describe('sample certificates', () => {
  it('Sample certificates are issued once per request id, in the order of the requests', async () => {
    const requests = await Promise.all(
      ['2025-12-01', '2026-01-01', '2026-02-01'].map(async (from) => ({
        requestId: randomUUID(),
        customerId: randomUUID(),
        subjectName: '이시험',
        virtualId: '07'.repeat(32),
        csr: (await world.makeReissue()).key.csr!,
        notBefore: `${from}T00:00:00Z`,
        notAfter: '2027-01-01T14:59:59Z',
      })),
    );
    const { issueSampleCertificates } = world.samples;
    const [first] = await issueSampleCertificates(requests.slice(0, 1));
    const all = await issueSampleCertificates(requests);
    expect(all[0]).toEqual(first);
    expect(await issueSampleCertificates(requests)).toEqual(all);
    const starts = all.map(({ pem }) =>
      new Date(new X509Certificate(pem).validFrom).toISOString().slice(0, 10),
    );
    expect(starts).toEqual(['2025-12-01', '2026-01-01', '2026-02-01']);
    const ids = requests.map((request) => request.customerId);
    const query = world.owner.selectFrom('certificate').selectAll().where('customer_id', 'in', ids);
    for (const row of await query.execute())
      expect(row).toMatchObject({ state: 'STORED', on_file: true, reissue_id: null });
  });
});
