import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { certificateBySerial } from '#libs/db/certificates';
import { markDownloaded } from '#libs/db/reissues';
import { KeyPair } from '../../support/key-pair.js';
import type { Applicant } from '../../world/applicant.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import {
  certificatesOf,
  eventTypesOf,
  eventsOf,
  expectSoundRecords,
  inForce,
  outcomeOf,
  vaultItemsOf,
} from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const beforeRegistration = ['PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED', 'ISSUED'] as const;

async function certificate(serial: string | null | undefined) {
  const row = await certificateBySerial(world.owner, serial ?? '');
  if (!row) throw new Error('there is no such certificate');
  return row;
}
const inForceFor = ({ person }: Applicant) => inForce(world, person.customerId);

describe('the certificate request', () => {
  it('A certificate request for another key than the one named at start is refused and may be repeated', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const message = await applicant.requestCertificate(await KeyPair.make());
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({
      status: 'REFUSED',
      code: 'REQUEST_REFUSED',
      standing: { state: 'KEY_REQUIRED' },
    });
    expect(await outcomeOf(applicant, message.updateId)).toMatchObject({ reason: 'KEY_NOT_NAMED_AT_START' });
    expect((await applicant.row()).csr).toBeNull();
    await continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it.each([
    ['an R of 19 bytes', '00'.repeat(19), {}],
    ['an R that is not hexadecimal', 'xy'.repeat(20), {}],
    ['an envelope for another purpose', '00'.repeat(20), { purpose: 'password' as const }],
    ['an envelope for another reissue', '00'.repeat(20), { sub: `ri_${'0'.repeat(32)}` }],
    ['an envelope of another front end', '00'.repeat(20), { client: 'other' }],
    ['an envelope for another key', '00'.repeat(20), { keyThumbprint: 'A'.repeat(43) }],
  ])('A certificate request with %s is refused', async (_name, random, sealing) => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const message = await applicant.requestCertificate(undefined, random, sealing);
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({
      code: 'ENVELOPE_REFUSED',
      standing: { state: 'KEY_REQUIRED' },
    });
    expect(await certificatesOf(world, applicant.person.customerId)).toHaveLength(1);
  });

  it.each([
    ['REISSUE', 200],
    ['RENEW', 20],
    ['NEW', -5],
    ['NEW', 'none'],
  ] as const)(
    'A certificate request leads to %s if the old certificate is valid for %p days',
    async (basis, certificateDays) => {
      const applicant = await walkTo(world, await customer(world, { certificateDays }), 'ISSUED');
      const row = await applicant.row();
      expect(row.basis).toBe(basis);
      const [issued, old] = [
        await certificate(row.serial),
        row.old_serial && (await certificate(row.old_serial)),
      ];
      expect(issued).toMatchObject({ basis, state: 'STORED', on_file: false, registered_at: null });
      if (basis === 'REISSUE' && old) expect(issued.not_after).toEqual(old.not_after);
      if (basis === 'RENEW' && old) expect(issued.not_after > old.not_after).toBe(true);
    },
  );
});

describe('the old certificate', () => {
  it.each(['EXPIRED', 'PASSWORD_FORGOTTEN'] as const)(
    'The old certificate stays in force exactly until the new one is registered (%s)',
    async (reason) => {
      const person = await customer(world);
      const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { reason });
      for (const state of beforeRegistration) {
        await continueTo(applicant, state);
        expect(await inForceFor(applicant)).toEqual([person.oldSerial]);
      }
      world.clock.advance(1_000);
      await continueTo(applicant, 'REGISTERED');
      const { serial, ended_at } = await applicant.row();
      expect(await inForceFor(applicant)).toEqual([serial]);
      expect(await certificate(person.oldSerial)).toMatchObject({
        revocation_reason: 'superseded',
        revoked_at: ended_at,
        on_file: false,
      });
      expect(await certificate(serial)).toMatchObject({ on_file: true, registered_at: ended_at });
    },
  );

  it('The old certificate is superseded in the transaction that registers the new one', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'REGISTERED');
    const { serial } = await applicant.row();
    const writers = await sql<{ xmin: string }>`
      select xmin from certificate where serial in (${serial}, ${person.oldSerial})
      union select xmin from reissue where reissue_id = ${applicant.reissueId}
      union select xmin from event where stream = ${applicant.reissueId} and type = 'reseal.reissue.registered.v1'
    `.execute(world.owner);
    expect(writers.rows).toHaveLength(1);
  });

  it('A lost old certificate is held once identity is verified', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { reason: 'LOST' });
    expect(await inForceFor(applicant)).toEqual([person.oldSerial]);
    await continueTo(applicant, 'PASSWORD_REQUIRED');
    expect(await inForceFor(applicant)).toEqual([]);
    expect(await certificate(person.oldSerial)).toMatchObject({
      revoked_at: null,
      hold_at: world.clock.now(),
    });
    expect(await eventTypesOf(applicant)).toContain('certificate.held');
    await continueTo(applicant, 'REGISTERED');
    expect(await certificate(person.oldSerial)).toMatchObject({ revocation_reason: 'superseded' });
    expect(await inForceFor(applicant)).toEqual([(await applicant.row()).serial]);
  });

  it('An old certificate with a compromised key is revoked once identity is verified', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED', { reason: 'KEY_COMPROMISED' });
    const revoked = { revocation_reason: 'keyCompromise', revoked_at: world.clock.now() };
    expect(await certificate(person.oldSerial)).toMatchObject(revoked);
    world.clock.advance(1_000);
    await continueTo(applicant, 'REGISTERED');
    expect(await certificate(person.oldSerial)).toMatchObject(revoked);
    const types = (await eventsOf(applicant)).filter(({ type }) => type === 'reseal.certificate.revoked.v1');
    expect(types).toHaveLength(1);
    expect((await applicant.row()).basis).toBe('REISSUE');
  });

  it.each(['LOST', 'KEY_COMPROMISED'] as const)(
    'The old certificate stays held or revoked when a reissue for %s is cancelled',
    async (reason) => {
      const person = await customer(world);
      const applicant = await walkTo(world, person, 'KEY_REQUIRED', { reason });
      await perform(world, applicant.reissueId, applicant.cancel());
      expect(await inForceFor(applicant)).toEqual([]);
    },
  );

  it('An expired old certificate is neither held nor revoked early', async () => {
    const person = await customer(world, { certificateDays: -3 });
    await walkTo(world, person, 'PASSWORD_REQUIRED', { reason: 'KEY_COMPROMISED' });
    expect(await certificate(person.oldSerial)).toMatchObject({ revoked_at: null, hold_at: null });
  });
});

describe('the proof of registration', () => {
  it('A proof of registration by another key is refused, the old certificate stays, and the right proof may follow', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    const wrong = await applicant.proveRegistration(await KeyPair.make());
    expect(await perform(world, applicant.reissueId, wrong)).toMatchObject({
      status: 'REFUSED',
      code: 'REGISTRATION_PROOF_INVALID',
      standing: { state: 'ISSUED' },
    });
    expect(await inForceFor(applicant)).toEqual([person.oldSerial]);
    await continueTo(applicant, 'REGISTERED');
  });

  it.each(['', 'AAAA', 'not base64url!'])(
    'A proof of registration that is no signature is refused (%p)',
    async (signature) => {
      const applicant = await walkTo(world, await customer(world), 'ISSUED');
      const message = { ...(await applicant.proveRegistration()), signature };
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        code: 'REGISTRATION_PROOF_INVALID',
      });
    },
  );

  it('A proof of registration of another challenge is unknown', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    const message = { ...(await applicant.proveRegistration()), challengeId: 'rc_0' };
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({ code: 'UNKNOWN_CHALLENGE' });
  });
});

describe('what a reissue brought along', () => {
  it('Each step destroys the secrets that it used, and the end destroys all of them', async () => {
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
    expect(await vaultItemsOf(applicant)).toBe(0);
    await applicant.submitPassword(); // the message was stored and never used
    expect(await vaultItemsOf(applicant)).toBe(1);
    await continueTo(applicant, 'ISSUED');
    expect(await vaultItemsOf(applicant)).toBe(1);
    await continueTo(applicant, 'REGISTERED');
    expect(await vaultItemsOf(applicant)).toBe(0);
  });
});

describe('cancelling', () => {
  it.each(['IDENTITY_REQUIRED', ...beforeRegistration] as const)(
    'A cancellation in %s undoes earlier steps',
    async (state) => {
      const person = await customer(world);
      const applicant = await walkTo(world, person, state);
      if (state === 'ISSUED') await markDownloaded(world.gateway, applicant.reissueId, world.clock.now());
      const { serial } = await applicant.row();
      const result = await perform(world, applicant.reissueId, applicant.cancel());
      expect(result.standing).toMatchObject({
        state: state === 'ISSUED' ? 'WITHDRAWN' : 'CANCELLED',
        alarm: null,
      });
      expect(await inForceFor(applicant)).toEqual([person.oldSerial]);
      if (serial)
        expect(await certificate(serial)).toMatchObject({
          revocation_reason: 'cessationOfOperation',
          on_file: false,
        });
      expect(await vaultItemsOf(applicant)).toBe(0);
      await expectSoundRecords(applicant);
      for (const message of [applicant.cancel(), await applicant.submitPassword()])
        expect(await perform(world, applicant.reissueId, message)).toMatchObject({ code: 'WRONG_STATE' });
    },
  );
});
