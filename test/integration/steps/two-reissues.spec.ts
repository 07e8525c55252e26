import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificateBySerial } from '#libs/db/certificates';
import type { Applicant } from '../../world/applicant.js';
import { customer, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { receiveMessage } from '../../world/receive-message.js';
import { eventsOf, expectSoundRecords, inForce } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };
const stateOf = async (applicant: Applicant) => (await applicant.row()).state;

async function verify(applicant: Applicant) {
  return perform(world, applicant.reissueId, await applicant.answerChallenges(rightCodes));
}

async function older(person: Person, state: 'PASSWORD_REQUIRED' | 'KEY_REQUIRED' | 'ISSUED') {
  const applicant = await walkTo(world, person, state);
  world.clock.advance(1_000);
  return applicant;
}

describe('a newer reissue of the same person', () => {
  it.each([
    ['PASSWORD_REQUIRED', 'CANCELLED'],
    ['KEY_REQUIRED', 'CANCELLED'],
    ['ISSUED', 'WITHDRAWN'],
  ] as const)(
    'A newer reissue of the same person ends an older one in %s once identity is verified: %s',
    async (state, end) => {
      const person = await customer(world);
      const first = await older(person, state);
      const second = await walkTo(world, person, 'IDENTITY_REQUIRED');
      expect(await stateOf(first)).toBe(state);

      const result = await verify(second);
      expect(result).toMatchObject({
        standing: { state: 'PASSWORD_REQUIRED' },
        superseded: [first.reissueId],
      });
      const row = await first.row();
      expect(row).toMatchObject({ state: end, ended_at: world.clock.now() });
      expect((await eventsOf(first)).map(({ data }) => data.code)).toContain('SUPERSEDED');
      if (row.serial)
        expect(await certificateBySerial(world.owner, row.serial)).toMatchObject({
          revocation_reason: 'cessationOfOperation',
        });
      expect(await inForce(world, person.customerId)).toEqual([person.oldSerial]);
      await continueTo(second, 'REGISTERED');
      await expectSoundRecords(first);
      await expectSoundRecords(second);
    },
  );

  it('A newer reissue does not end one whose applicant is not verified', async () => {
    const person = await customer(world);
    const first = await walkTo(world, person, 'IDENTITY_REQUIRED');
    const second = await walkTo(world, person, 'PASSWORD_REQUIRED');
    expect(await stateOf(first)).toBe('IDENTITY_REQUIRED');
    expect(await stateOf(second)).toBe('PASSWORD_REQUIRED');
  });

  it('A newer reissue does not end reissues of other people', async () => {
    const first = await walkTo(world, await customer(world), 'ISSUED');
    await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
    expect(await stateOf(first)).toBe('ISSUED');
  });

  it('A newer reissue is rejected if the older one was registered meanwhile', async () => {
    const person = await customer(world);
    const first = await older(person, 'ISSUED');
    const second = await walkTo(world, person, 'IDENTITY_REQUIRED');
    world.clock.advance(1_000);
    await continueTo(first, 'REGISTERED');
    expect(await verify(second)).toMatchObject({ standing: { state: 'REJECTED' } });
    expect((await eventsOf(second)).at(-1)?.data.code).toBe('ANOTHER_REISSUE_REGISTERED');
    expect(await inForce(world, person.customerId)).toEqual([(await first.row()).serial]);
  });

  it('A reissue that starts after the older one was registered is not affected', async () => {
    const person = await customer(world);
    const first = await walkTo(world, person, 'REGISTERED');
    world.clock.advance(1_000);
    const second = await walkTo(world, person, 'REGISTERED');
    const serials = [(await first.row()).serial, (await second.row()).serial];
    expect((await second.row()).old_serial).toBe(serials[0]);
    expect(await inForce(world, person.customerId)).toEqual([serials[1]]);
  });

  it('A newer reissue revokes the certificate that the signer is issuing for the older one', async () => {
    const person = await customer(world);
    const first = await older(person, 'KEY_REQUIRED');
    const request = await receiveMessage(world, first.reissueId, await first.requestCertificate());
    await world.activities.requestCertificate(first.reissueId, request);
    const issued = await world.signing.issueCertificate({
      reissueId: first.reissueId,
      updateId: request.updateId,
    });
    await walkTo(world, person, 'PASSWORD_REQUIRED');
    expect(await world.activities.recordIssue(first.reissueId, request, issued)).toMatchObject({
      status: 'REFUSED',
      code: 'WRONG_STATE',
      standing: { state: 'CANCELLED' },
    });
    expect(
      await certificateBySerial(world.owner, issued.outcome === 'ISSUED' ? issued.serial : ''),
    ).toMatchObject({
      revocation_reason: 'cessationOfOperation',
    });
    await expect(
      world.signing.issueCertificate({ reissueId: first.reissueId, updateId: request.updateId }),
    ).rejects.toMatchObject({ type: 'NOT_AUTHORISED' });
  });
});

describe('at the same moment', () => {
  const rounds = Array.from({ length: 6 }, (_, round) => round);

  it('Two reissues of one person that are verified at once leave one of them open', async () => {
    for (const _ of rounds) {
      const person = await customer(world);
      const both = [
        await walkTo(world, person, 'IDENTITY_REQUIRED'),
        await walkTo(world, person, 'IDENTITY_REQUIRED'),
      ];
      await Promise.all(both.map(verify));
      expect((await Promise.all(both.map(stateOf))).sort()).toEqual(['CANCELLED', 'PASSWORD_REQUIRED']);
    }
  });

  it('An older reissue is registered or withdrawn when the newer is verified at the same time, never both', async () => {
    const outcomes = [];
    for (const round of rounds) {
      const person = await customer(world);
      const first = await older(person, 'ISSUED');
      const second = await walkTo(world, person, 'IDENTITY_REQUIRED');
      world.clock.advance(1);
      const acts = [
        async () => perform(world, first.reissueId, await first.proveRegistration()),
        () => verify(second),
      ];
      if (round % 2) acts.reverse();
      await Promise.all(acts.map((act) => act()));

      const states = [await stateOf(first), await stateOf(second)].join();
      expect(['REGISTERED,REJECTED', 'WITHDRAWN,PASSWORD_REQUIRED']).toContain(states);
      const serial = states.startsWith('REGISTERED') ? (await first.row()).serial : person.oldSerial;
      expect(await inForce(world, person.customerId)).toEqual([serial]);
      outcomes.push(states);
    }
    expect(outcomes).toHaveLength(rounds.length);
  });

  it('Verification of a newer, registration of an older reissue and a cancellation at once leave one certificate in force', async () => {
    for (const _ of rounds) {
      const person = await customer(world);
      const first = await walkTo(world, person, 'ISSUED');
      const second = await walkTo(world, person, 'IDENTITY_REQUIRED');
      world.clock.advance(1);
      await Promise.all([
        verify(second),
        perform(world, first.reissueId, await first.proveRegistration()),
        perform(world, first.reissueId, first.cancel()),
      ]);
      expect(await inForce(world, person.customerId)).toHaveLength(1);
      await expectSoundRecords(first);
      await expectSoundRecords(second);
    }
  });
});
