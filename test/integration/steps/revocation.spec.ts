import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeOne, type RevocationContext, type StatusChange } from '#activities/revocation';
import { certificateBySerial } from '#libs/db/certificates';
import { KeyPair } from '../../support/key-pair.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { eventTypesOf, expectSoundRecords, inForce, outcomeOf } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
let bank: RevocationContext;
beforeAll(async () => {
  world = await createWorld();
  bank = { db: world.as('signer'), clock: world.clock.now, actor: 'operator:spec' };
});
afterAll(() => world.close());

const withdrawal: StatusChange = { act: 'revoke', reason: 'privilegeWithdrawn' };

async function certificate(serial: string | null | undefined) {
  const row = await certificateBySerial(world.owner, serial ?? '');
  if (!row) throw new Error('there is no such certificate');
  return row;
}

describe('a certificate of a reissue that is open', () => {
  it.each(['revoke', 'hold'] as const)(
    'A certificate of an open reissue is not changed by %s, and the reissue is named',
    async (act) => {
      const applicant = await walkTo(world, await customer(world), 'ISSUED');
      const serial = (await applicant.row()).serial!;
      const before = await certificate(serial);
      const change: StatusChange = act === 'revoke' ? withdrawal : { act };
      expect(await changeOne(bank, serial, change)).toEqual({
        ...{ serial, outcome: 'REISSUE_OPEN', reissueId: applicant.reissueId },
      });
      expect(await certificate(serial)).toEqual(before);
      await continueTo(applicant, 'REGISTERED');
      await expectSoundRecords(applicant);
      expect(await changeOne(bank, serial, change)).toMatchObject({ outcome: 'DONE' });
      await expectSoundRecords(applicant); // acts of the bank are in the certificate's own stream
    },
  );

  it('A certificate of a cancelled reissue is found revoked', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    const serial = (await applicant.row()).serial!;
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(await changeOne(bank, serial, withdrawal)).toEqual({ serial, outcome: 'ALREADY_REVOKED' });
  });
});

describe('a certificate on file that the bank revokes during a reissue', () => {
  it('A certificate on file that the bank revoked is not revoked again by its successor, which is registered', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    await changeOne(bank, person.oldSerial!, withdrawal);
    const revoked = await certificate(person.oldSerial);
    await continueTo(applicant, 'REGISTERED');
    expect(await certificate(person.oldSerial)).toEqual({ ...revoked, on_file: false });
    expect(await inForce(world, person.customerId)).toEqual([(await applicant.row()).serial]);
    expect(await eventTypesOf(applicant)).not.toContain('certificate.revoked');
  });

  it('A certificate that the bank revokes at the time of registration is revoked once', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    const [, byBank] = await Promise.all([
      continueTo(applicant, 'REGISTERED'),
      changeOne(bank, person.oldSerial!, withdrawal),
    ]);
    const bySuccessor = (await eventTypesOf(applicant)).includes('certificate.revoked');
    expect(bySuccessor).toBe(byBank.outcome !== 'DONE');
    const { revocation_reason: reason } = await certificate(person.oldSerial);
    expect(reason).toBe(bySuccessor ? 'superseded' : 'privilegeWithdrawn');
    await expectSoundRecords(applicant);
  });
});

describe('a certificate that was lost', () => {
  it('A lost certificate stays held when its reissue ends without a new one, and the bank can release it', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'KEY_REQUIRED', { reason: 'LOST' });
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(await inForce(world, person.customerId)).toEqual([]);
    expect(await changeOne(bank, person.oldSerial!, { act: 'release' })).toMatchObject({ was: 'ON_HOLD' });
    expect(await inForce(world, person.customerId)).toEqual([person.oldSerial]);
  });

  it('A lost certificate cannot be released after a new one was registered', async () => {
    const person = await customer(world);
    await walkTo(world, person, 'REGISTERED', { reason: 'LOST' });
    expect(await changeOne(bank, person.oldSerial!, { act: 'release' })).toMatchObject({
      outcome: 'ALREADY_REVOKED',
    });
  });

  it('A lost certificate that is released at the time of registration never leaves two in force', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED', { reason: 'LOST' });
    await Promise.all([
      continueTo(applicant, 'REGISTERED'),
      changeOne(bank, person.oldSerial!, { act: 'release' }),
    ]);
    expect(await inForce(world, person.customerId)).toEqual([(await applicant.row()).serial]);
  });
});

describe('a compromised key', () => {
  it.each(['the bank', 'its holder'])(
    'A compromised key that %s had revoked is never certified again',
    async (whose) => {
      const key = await KeyPair.make();
      const person = await customer(world);
      const first = await walkTo(world, person, 'REGISTERED', { key });
      const serial = (await first.row()).serial!;
      world.clock.advance(1_000);
      if (whose === 'the bank') await changeOne(bank, serial, { act: 'revoke', reason: 'keyCompromise' });
      else {
        const holder = await walkTo(world, person, 'PASSWORD_REQUIRED', { reason: 'KEY_COMPROMISED' });
        await perform(world, holder.reissueId, holder.cancel());
      }
      const { spki_sha256: spki } = await certificate(serial);
      const blocked = await world.owner
        .selectFrom('blocked_key')
        .select(['reason', 'serial'])
        .where('spki_sha256', '=', spki)
        .execute();
      expect(blocked).toEqual([{ reason: 'keyCompromise', serial }]);

      const other = await walkTo(world, await customer(world), 'KEY_REQUIRED', { key });
      const request = await other.requestCertificate(key);
      await perform(world, other.reissueId, request);
      expect(await outcomeOf(other, request.updateId)).toMatchObject({ reason: 'KEY_BLOCKED' });
    },
  );
});
