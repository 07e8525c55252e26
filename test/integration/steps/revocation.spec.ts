import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeOne, type RevocationContext, type StatusChange } from '#activities/revocation';
import { certificateBySerial } from '#libs/db/certificates';
import { KeyPair } from '../../support/key-pair.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { eventTypesOf, expectSoundRecords, inForce, outcomeOf } from '../../world/records.js';
import { goOn, walkTo } from '../../world/walk.js';
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
  it.each(['revoke', 'hold'] as const)('is not changed by %s: the reissue is named instead', async (act) => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    const serial = (await applicant.row()).serial!;
    const before = await certificate(serial);
    const change: StatusChange = act === 'revoke' ? withdrawal : { act };
    expect(await changeOne(bank, serial, change)).toEqual({
      ...{ serial, outcome: 'REISSUE_OPEN', reissueId: applicant.reissueId },
    });
    expect(await certificate(serial)).toEqual(before);
    await goOn(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
    expect(await changeOne(bank, serial, change)).toMatchObject({ outcome: 'DONE' });
    await expectSoundRecords(applicant); // what the bank does stands in the certificate's own stream
  });

  it('is found revoked once the reissue was cancelled', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    const serial = (await applicant.row()).serial!;
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(await changeOne(bank, serial, withdrawal)).toEqual({ serial, outcome: 'ALREADY_REVOKED' });
  });
});

describe('a certificate on file that the bank revokes during a reissue', () => {
  it('is not revoked a second time by its successor, which is registered all the same', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    await changeOne(bank, person.oldSerial!, withdrawal);
    const revoked = await certificate(person.oldSerial);
    await goOn(applicant, 'REGISTERED');
    expect(await certificate(person.oldSerial)).toEqual({ ...revoked, on_file: false });
    expect(await inForce(world, person.customerId)).toEqual([(await applicant.row()).serial]);
    expect(await eventTypesOf(applicant)).not.toContain('certificate.revoked');
  });

  it('a revocation at the time of registration happens once, by the first transaction', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    const [, byBank] = await Promise.all([
      goOn(applicant, 'REGISTERED'),
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
  it('stays on hold when its reissue ends without a new one, and is released by the bank when it is found', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'KEY_REQUIRED', { reason: 'LOST' });
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(await inForce(world, person.customerId)).toEqual([]);
    expect(await changeOne(bank, person.oldSerial!, { act: 'release' })).toMatchObject({ was: 'ON_HOLD' });
    expect(await inForce(world, person.customerId)).toEqual([person.oldSerial]);
  });

  it('is not released any more once a new one was registered', async () => {
    const person = await customer(world);
    await walkTo(world, person, 'REGISTERED', { reason: 'LOST' });
    expect(await changeOne(bank, person.oldSerial!, { act: 'release' })).toMatchObject({
      outcome: 'ALREADY_REVOKED',
    });
  });

  it('and found in the moment of registration never leaves two in force', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED', { reason: 'LOST' });
    await Promise.all([
      goOn(applicant, 'REGISTERED'),
      changeOne(bank, person.oldSerial!, { act: 'release' }),
    ]);
    expect(await inForce(world, person.customerId)).toEqual([(await applicant.row()).serial]);
  });
});

describe('a compromised key', () => {
  it.each(['the bank', 'its holder'])('that %s had revoked is never certified again', async (whose) => {
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
  });
});
