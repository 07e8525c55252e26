import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultIdentityPolicy, type IdentityPolicy } from '#libs/domain';
import { Applicant } from '../../world/applicant.js';
import { customer, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { eventTypesOf, expectSoundRecords, outcomeOf } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const wrongPassword = 'Wrong-1234';

async function submit(applicant: Applicant, password?: string): Promise<string> {
  const result = await perform(world, applicant.reissueId, await applicant.submitPassword(password));
  return result.code ?? result.standing.state;
}

async function wrongTries({ customerId }: Person): Promise<number | undefined> {
  const row = await world.owner
    .selectFrom('password_credential')
    .select('wrong_tries')
    .where('customer_id', '=', customerId ?? '')
    .executeTakeFirst();
  return row?.wrong_tries;
}

async function arrive(person?: Person): Promise<Applicant> {
  return walkTo(world, person ?? (await customer(world)), 'PASSWORD_REQUIRED');
}

describe('the certificate password', () => {
  it('A password that is wrong five times is locked, also for its owner', async () => {
    const applicant = await arrive();
    for (let left = 4; left > 0; left -= 1) {
      expect(await submit(applicant, wrongPassword)).toBe('PASSWORD_WRONG');
      expect((await applicant.row()).password_attempts).toBe(left);
    }
    expect(await submit(applicant, wrongPassword)).toBe('PASSWORD_LOCKED');
    expect(await submit(applicant)).toBe('PASSWORD_LOCKED');
    expect(await applicant.row()).toMatchObject({ state: 'PASSWORD_REQUIRED', password_attempts: 0 });
    expect(await wrongTries(applicant.person)).toBe(5);
    const locked = (await eventTypesOf(applicant)).filter((type) => type === 'reissue.password-locked');
    expect(locked).toHaveLength(1);
    await expectSoundRecords(applicant);
  });

  it('A right password gives all tries back', async () => {
    const applicant = await arrive();
    for (let i = 0; i < 4; i += 1) await submit(applicant, wrongPassword);
    expect(await submit(applicant)).toBe('CONSENT_REQUIRED');
    expect(await wrongTries(applicant.person)).toBe(0);
  });

  it('Wrong passwords count on the certificate, across reissues', async () => {
    const person = await customer(world);
    const first = await arrive(person);
    for (let i = 0; i < 3; i += 1) await submit(first, wrongPassword);
    const second = await arrive(person);
    expect((await second.row()).password_attempts).toBe(2);
    expect(await submit(second, wrongPassword)).toBe('PASSWORD_WRONG');
    expect(await submit(second, wrongPassword)).toBe('PASSWORD_LOCKED');
    const third = await arrive(person);
    expect((await third.row()).password_attempts).toBe(0);
    expect(await submit(third)).toBe('PASSWORD_LOCKED');
  });

  it('A password is compared exactly five times when fifty wrong ones arrive at once in several reissues', async () => {
    const person = await customer(world);
    const applicants = await Promise.all([1, 2, 3, 4].map(() => walkTo(world, person, 'IDENTITY_REQUIRED')));
    await world.owner // a state that only one of them can have in the product
      .updateTable('reissue')
      .set({ state: 'PASSWORD_REQUIRED', password_attempts: 5 })
      .where('customer_id', '=', person.customerId ?? '')
      .execute();
    const codes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => submit(applicants[index % 4]!, wrongPassword)),
    );
    for (const code of codes) expect(['PASSWORD_WRONG', 'PASSWORD_LOCKED']).toContain(code);
    const granted = await world.owner
      .selectFrom('password_try')
      .select('update_id')
      .where('granted', '=', true)
      .where(
        'reissue_id',
        'in',
        applicants.map(({ reissueId }) => reissueId),
      )
      .execute();
    expect(granted).toHaveLength(5);
    expect(await wrongTries(person)).toBe(5);

    const applicant = await arrive(person);
    expect(await submit(applicant)).toBe('PASSWORD_LOCKED');
    const reset = await perform(world, applicant.reissueId, await applicant.resetPassword('Brand-new-1'));
    expect(reset).toMatchObject({ status: 'DONE', standing: { state: 'CONSENT_REQUIRED' } });
    expect(await wrongTries(person)).toBe(0);
  });

  it('A password that was never set can only be set', async () => {
    const person = await customer(world, { withoutPassword: true });
    const applicant = await arrive(person);
    expect(await submit(applicant)).toBe('NO_PASSWORD_ON_FILE');
    await perform(world, applicant.reissueId, await applicant.resetPassword('Brand-new-1'));
    await continueTo(applicant, 'REGISTERED');
  });

  it.each([
    ['another reissue', { sub: `ri_${'0'.repeat(32)}` }],
    ['another purpose', { purpose: 'identity' as const }],
    ['another front end', { client: 'other' }],
    ['another key', { keyThumbprint: 'A'.repeat(43) }],
  ])('A password in an envelope for %s is not opened', async (_name, sealing) => {
    const applicant = await arrive();
    for (const message of [
      await applicant.submitPassword(undefined, sealing),
      await applicant.resetPassword('Brand-new-1', sealing),
    ])
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({ code: 'ENVELOPE_REFUSED' });
    expect(await wrongTries(applicant.person)).toBe(0);
  });
});

describe('a reset of the password', () => {
  it('A reset makes the old password void and the new one right', async () => {
    const person = await customer(world);
    const applicant = await arrive(person);
    const result = await perform(world, applicant.reissueId, await applicant.resetPassword('Brand-new-1'));
    expect(result).toMatchObject({ standing: { state: 'CONSENT_REQUIRED' }, notify: ['PASSWORD_RESET'] });
    const next = await arrive(person);
    expect(await submit(next)).toBe('PASSWORD_WRONG');
    expect(await submit(next, 'Brand-new-1')).toBe('CONSENT_REQUIRED');
  });

  it('A reset names every broken rule and changes nothing', async () => {
    const applicant = await arrive();
    const message = await applicant.resetPassword('1234567');
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({ code: 'PASSWORD_RULES' });
    expect(await outcomeOf(applicant, message.updateId)).toMatchObject({
      errors: ['TOO_SHORT', 'NEEDS_LETTER', 'NEEDS_SPECIAL'].map((code) => ({
        pointer: '#/newPassword',
        code,
      })),
    });
    expect(await submit(applicant)).toBe('CONSENT_REQUIRED');
  });

  it('A reset asks for a second method if one was enough before, and then for the password again', async () => {
    const activities = world.activitiesWith({ policy: phoneIsEnough });
    const applicant = await Applicant.of(world, await customer(world));
    const take = (message: Parameters<typeof perform>[2]) =>
      perform(world, applicant.reissueId, message, { activities });
    await take(applicant.start(['PHONE_CODE']));
    await take(await applicant.answerChallenges({ PHONE_CODE: undefined }));
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');

    expect(await take(await applicant.resetPassword('Brand-new-1'))).toMatchObject({
      status: 'REFUSED',
      code: 'MORE_IDENTITY_NEEDED',
    });
    expect(await applicant.row()).toMatchObject({
      state: 'IDENTITY_REQUIRED',
      methods: ['ONE_WON'],
      identity_attempts: 5,
    });
    expect(await take(applicant.requestChallenges(['PHONE_CODE']))).toMatchObject({
      code: 'METHOD_NOT_OFFERED',
    });
    await take(applicant.requestChallenges(['ONE_WON']));
    await take(await applicant.answerChallenges({ ONE_WON: undefined }));
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
    await take(await applicant.resetPassword('Brand-new-1'));
    expect((await applicant.row()).state).toBe('CONSENT_REQUIRED');
    await expectSoundRecords(applicant);
  });

  it('A reset is refused, and the password still asked for, if no further method is available', async () => {
    const activities = world.activitiesWith({ policy: phoneIsEnough, providers: [world.outside.telecom] });
    const applicant = await Applicant.of(world, await customer(world));
    const take = (message: Parameters<typeof perform>[2]) =>
      perform(world, applicant.reissueId, message, { activities });
    await take(applicant.start(['PHONE_CODE']));
    await take(await applicant.answerChallenges({ PHONE_CODE: undefined }));
    expect(await take(await applicant.resetPassword('Brand-new-1'))).toMatchObject({
      status: 'REFUSED',
      code: 'MORE_IDENTITY_NEEDED',
      standing: { state: 'PASSWORD_REQUIRED' },
    });
    expect(await take(await applicant.submitPassword())).toMatchObject({ status: 'DONE' });
  });
});

/** A policy that requires more for the password reset than for the reissue itself. */
const phoneAlone = { required: ['PHONE_CODE'], additional: { count: 0, from: ['ONE_WON'] } } as const;
const phoneIsEnough: IdentityPolicy = {
  ...defaultIdentityPolicy,
  rules: { usual: phoneAlone, withoutOld: phoneAlone },
};
