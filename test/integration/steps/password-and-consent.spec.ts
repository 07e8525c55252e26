import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultIdentityPolicy, type IdentityPolicy } from '#libs/domain';
import { digestOf, type TermsDocument } from '#libs/terms';
import { Applicant } from '../../world/applicant.js';
import { day, second } from '../../world/movable-clock.js';
import { customer, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { eventTypesOf, expectSoundRecords, inForce, outcomeOf } from '../../world/records.js';
import { goOn, walkTo } from '../../world/walk.js';
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
  it('is wrong five times, then locked, also for who knows it after all', async () => {
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

  it('gives all tries back when it is right', async () => {
    const applicant = await arrive();
    for (let i = 0; i < 4; i += 1) await submit(applicant, wrongPassword);
    expect(await submit(applicant)).toBe('CONSENT_REQUIRED');
    expect(await wrongTries(applicant.person)).toBe(0);
  });

  it('counts wrong tries on the certificate, across reissues', async () => {
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

  it('is compared exactly five times when fifty wrong ones arrive at once in several reissues', async () => {
    const person = await customer(world);
    const applicants = await Promise.all([1, 2, 3, 4].map(() => walkTo(world, person, 'IDENTITY_REQUIRED')));
    await world.owner // as if all of them had been verified: that cannot be, and must not matter
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

  it('that nobody ever set can only be set anew', async () => {
    const person = await customer(world, { withoutPassword: true });
    const applicant = await arrive(person);
    expect(await submit(applicant)).toBe('NO_PASSWORD_ON_FILE');
    await perform(world, applicant.reissueId, await applicant.resetPassword('Brand-new-1'));
    await goOn(applicant, 'REGISTERED');
  });

  it.each([
    ['another reissue', { sub: `ri_${'0'.repeat(32)}` }],
    ['another purpose', { purpose: 'identity' as const }],
  ])('in an envelope for %s is not looked at', async (_name, sealing) => {
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
  it('makes the old one void and the new one right, from then on', async () => {
    const person = await customer(world);
    const applicant = await arrive(person);
    const result = await perform(world, applicant.reissueId, await applicant.resetPassword('Brand-new-1'));
    expect(result).toMatchObject({ standing: { state: 'CONSENT_REQUIRED' }, notify: ['PASSWORD_RESET'] });
    const next = await arrive(person);
    expect(await submit(next)).toBe('PASSWORD_WRONG');
    expect(await submit(next, 'Brand-new-1')).toBe('CONSENT_REQUIRED');
  });

  it('names every rule that is broken, and changes nothing', async () => {
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

  it('asks for a second method where one was enough so far, and then for the password again', async () => {
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

  it('is refused, and the password still asked for, where no further method can be had', async () => {
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

/** A policy under which the reset wants more than the reissue itself. */
const phoneAlone = { required: ['PHONE_CODE'], additional: { count: 0, from: ['ONE_WON'] } } as const;
const phoneIsEnough: IdentityPolicy = {
  ...defaultIdentityPolicy,
  rules: { usual: phoneAlone, withoutOld: phoneAlone },
};

describe('the terms', () => {
  it('are recorded with version, digest, language, address and agent', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const consents = await world.owner
      .selectFrom('consent')
      .selectAll()
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    const expected = [...applicant.consents('identity'), ...applicant.consents('issuance')];
    expect(consents).toHaveLength(expected.length);
    for (const { termsId, ...consent } of expected)
      expect(consents).toContainEqual(
        expect.objectContaining({
          terms_id: termsId,
          ...consent,
          locale: 'ko',
          address: '192.0.2.1',
          agent: 'spec',
        }),
      );
  });

  it('are not agreed to in another version or another text', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const [first, ...others] = applicant.consents('issuance');
    for (const [broken, code] of [
      [{ ...first!, version: '2020-01' }, 'OUTDATED_VERSION'],
      [{ ...first!, digest: '0'.repeat(64) }, 'DIGEST_MISMATCH'],
      [{ ...first!, agreed: false }, 'NOT_AGREED'],
    ] as const) {
      const message = applicant.giveConsents([...others, broken]);
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        code: 'CONSENT_INCOMPLETE',
        standing: { state: 'CONSENT_REQUIRED' },
      });
      expect(await outcomeOf(applicant, message.updateId)).toMatchObject({
        errors: [{ pointer: `#/consents/${others.length}`, code, message: `${broken.termsId}: ${code}` }],
      });
    }
  });

  it('that change on the way are asked for again', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    world.clock.advance(second);
    const terms = [...world.terms, ...newVersionOf('certificate-service')];
    const activities = world.activitiesWith({ terms });
    const take = (message: Parameters<typeof perform>[2]) =>
      perform(world, applicant.reissueId, message, { activities });

    expect(await take(await applicant.requestCertificate())).toMatchObject({
      status: 'REFUSED',
      code: 'CONSENT_INCOMPLETE',
      standing: { state: 'CONSENT_REQUIRED' },
    });
    expect(await applicant.row()).toMatchObject({ consents_completed_at: null, csr: null });
    expect(await take(applicant.giveConsents(applicant.consents('issuance')))).toMatchObject({
      code: 'CONSENT_INCOMPLETE',
    });
    await take(applicant.giveConsents(applicant.consents('issuance', terms)));
    expect(await take(await applicant.requestCertificate())).toMatchObject({
      status: 'DONE',
      standing: { state: 'ISSUED' },
    });
    expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
  });

  it('that come before personal data is used are agreed to, or there is no reissue at all', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const message = { ...applicant.start(), consents: [] };
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({
      status: 'REFUSED',
      code: 'CONSENT_INCOMPLETE',
    });
    await expect(applicant.row()).rejects.toThrow('no row');
  });
});

/** A version of these terms, in both languages, that came into force yesterday. */
function newVersionOf(termsId: string): TermsDocument[] {
  const validFrom = new Date(world.clock.now().getTime() - day);
  return world.terms
    .filter((document) => document.termsId === termsId)
    .map((document) => {
      const text = `${document.text}A new clause.\n`;
      return { ...document, version: '2026-99', validFrom, text, digest: digestOf(text) };
    });
}
