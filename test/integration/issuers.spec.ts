import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { issuerBySubject, registerIssuers, type KnownIssuer } from '#libs/db/certificates';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

let database: TestDatabase;
let signer: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  signer = createDatabase({ url: database.urlOf('signer'), max: 2, ...asSpec });
});
afterAll(async () => {
  await signer.destroy();
  await database.drop();
});

const generation = (number: number): KnownIssuer => ({
  subject: `cn=Issuing CA ${number}`,
  keyId: `0${number}`,
  certificate: Buffer.from([number]),
  root: Buffer.from([0]),
  notBefore: new Date(Date.UTC(2026, number)),
  notAfter: new Date(Date.UTC(2036, number)),
});
const [first, second] = [generation(1), generation(2)];
const now = new Date('2026-11-05T00:00:00Z');
const found = async ({ subject }: KnownIssuer) => (await issuerBySubject(signer, subject))!;

describe('known issuing CAs', () => {
  it('A new issuing CA has at least as many CRL shards as the former, which open reissues may still use', async () => {
    await registerIssuers(signer, { current: first, all: [first] }, 8, now);
    await registerIssuers(signer, { current: second, all: [first, second] }, 2, now);
    expect([(await found(first)).crl_shards, (await found(second)).crl_shards]).toEqual([8, 8]);
    await registerIssuers(signer, { current: second, all: [first, second] }, 16, now);
    expect([(await found(first)).crl_shards, (await found(second)).crl_shards]).toEqual([16, 16]);
  });

  it('Issuing CAs are retired by a rotation, and not by a signer that has not seen it', async () => {
    expect((await found(first)).retired_at).toEqual(now);
    await registerIssuers(signer, { current: first, all: [first] }, 8, now);
    expect((await found(second)).retired_at).toBeNull();
  });

  it('A known issuing CA cannot get another key or certificate, nor be registered a second time', async () => {
    const forged = { ...second, certificate: Buffer.from([9]) };
    await expect(registerIssuers(signer, { current: forged, all: [forged] }, 8, now)).rejects.toThrow(
      'does not belong to this CA directory',
    );
    const change = signer.updateTable('issuer').set({ certificate: forged.certificate });
    await expect(change.execute()).rejects.toThrow('permission denied');
  });
});
