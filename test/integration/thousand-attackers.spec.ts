import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { defaultIdentityRates, IdentityLimits } from '#activities/identity';
import { wrongCheckLimits } from '#activities/certificate';
import { createDatabase, inTransaction, type Database, type Tx } from '#libs/db';
import { networksOf, useFirstAllowedLimits } from '#libs/rate-limit';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

jest.setTimeout(240_000);
let database: TestDatabase;
let worker: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  worker = createDatabase({ url: database.urlOf('worker'), ...asSpec });
});
afterAll(async () => {
  await worker.destroy();
  await database.drop();
});

const thousand = Array.from({ length: 1_000 }, (_, n) => n);
/** Addresses that are all in different networks, IPv4 and IPv6 alternately. */
const apart = (n: number) =>
  n % 2 ? `10.${n >> 8}.${n & 255}.${(n % 250) + 1}` : `2001:db8:${n.toString(16)}:1::1`;
/** Addresses that all belong to one customer of an internet provider. */
const inOne = (n: number) => `2001:db8:ffff:${n.toString(16)}::1`;
const own = '203.0.113.7';
const now = new Date('2026-11-23T01:00:00Z');
const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

describe('beside attackers, a customer with a new phone', () => {
  const limits = new IdentityLimits(createSecretKey(Buffer.alloc(32, 7)), defaultIdentityRates);
  let people = 0;
  const asked = (name: number) => (address: string) => ({
    person_key: `person-${name}`,
    customer_id: null,
    applicant_mobile: `0100000${name}`,
    origin: { address, agent: 'spec' },
  });
  it.each([
    ['a thousand, each in a network of its own', 1_000, apart],
    ['one with a hundred networks of a provider’s customer', 100, inOne],
  ])(
    'A customer with an unknown device reissues at once, whatever attackers start and answer by %s',
    async (_, count, addressOf) => {
      const by = asked((people += 1));
      await inTransaction(worker, async (tx) => {
        let started = 0;
        for (const n of thousand.slice(0, count))
          if ((await limits.start(tx, by(addressOf(n)), ['PHONE_CODE', 'ONE_WON'], now)).allowed)
            started += 1;
        for (const n of thousand.slice(0, 100))
          for (let tries = 0; tries < 3; tries += 1)
            await limits.answer(tx, by(addressOf(n)), ['PHONE_CODE', 'ONE_WON'], now);
        const networks = addressOf === apart ? count : 1;
        expect(started).toBeLessThanOrEqual(2 * defaultIdentityRates.numberSends.burst + networks);

        const customer = by(own);
        expect((await limits.start(tx, customer, ['PHONE_CODE'], now)).allowed).toBe(true);
        expect((await limits.send(tx, customer, ['ONE_WON'], now)).allowed).toBe(true);
        expect((await limits.send(tx, customer, ['PHONE_CODE'], now)).allowed).toBe(true);
        for (const method of ['PHONE_CODE', 'ONE_WON'] as const)
          expect((await limits.answer(tx, customer, [method], now)).allowed).toBe(true);
      });
    },
  );

  it('A customer with an unknown device is not shut out by one network of 65,536 smaller ones', async () => {
    const by = asked((people += 1));
    await inTransaction(worker, async (tx) => {
      expect((await limits.start(tx, by(own), [], now)).allowed).toBe(true);
      for (const n of thousand.slice(0, 60)) await limits.start(tx, by(inOne(n)), [], now);
      expect((await limits.start(tx, by('203.0.113.99'), [], now)).allowed).toBe(true);
    });
  });
});

describe('beside attackers, the VID of a certificate', () => {
  const perDay = 10;
  const wrongFrom = (tx: Tx, serial: string, address: string, at = now) =>
    useFirstAllowedLimits(
      tx,
      wrongCheckLimits({ serial, apiKeyName: 'app', callers: networksOf(address) }, perDay),
      at,
    );

  it.each([
    ['a thousand, each in a network of its own', 1_000, apart],
    ['one with a hundred networks of a provider’s customer', 100, inOne],
  ])(
    'The VID of a certificate is checked for its owner, whatever attackers guess by %s',
    async (name, count, addressOf) => {
      const serial = `serial of ${name}`;
      await inTransaction(worker, async (tx) => {
        let guesses = 0;
        for (const n of thousand.slice(0, count))
          if ((await wrongFrom(tx, serial, addressOf(n))).allowed) guesses += 1;
        const networks = addressOf === apart ? count : 1;
        expect(guesses).toBeLessThanOrEqual(10 * perDay + networks);
        expect((await wrongFrom(tx, serial, own)).allowed).toBe(true);
        expect((await wrongFrom(tx, 'another certificate', addressOf(0))).allowed).toBe(true);
      });
    },
  );

  it('One caller guesses at a VID ten times a day, then waits, and shuts out no other', async () => {
    await inTransaction(worker, async (tx) => {
      for (let n = 0; n < perDay; n += 1) expect((await wrongFrom(tx, 'one', inOne(n))).allowed).toBe(true);
      expect(await wrongFrom(tx, 'one', inOne(77))).toMatchObject({
        allowed: false,
        retryAfterMs: 8_640_000,
      });
      expect((await wrongFrom(tx, 'one', inOne(77), minutesLater(144))).allowed).toBe(true);
      expect((await wrongFrom(tx, 'one', own)).allowed).toBe(true);
    });
  });
});
