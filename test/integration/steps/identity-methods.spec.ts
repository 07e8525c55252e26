import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultIdentityPolicy, type IdentityMethod, type IdentityPolicy } from '#libs/domain';
import { Applicant } from '../../world/applicant.js';
import { answer, ask, identityOutcome, lastCode, lock, wrongAnswers } from '../../world/answers.js';
import { minute, second } from '../../world/movable-clock.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { expectSoundRecords } from '../../world/records.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const inSeconds = { PHONE_CODE: 180, ONE_WON: 600, ID_DOCUMENT: 600, OLD_CERTIFICATE: 300 } as const;
const methods = Object.keys(inSeconds) as IdentityMethod[];

/** A customer's reissue that waits for an answer by each of these methods. */
async function arrive(
  asked: readonly IdentityMethod[],
  person: Person | Promise<Person> = customer(world),
  reason: Applicant['reason'] = 'EXPIRED',
): Promise<Applicant> {
  const applicant = await Applicant.of(world, await person, { reason });
  await perform(world, applicant.reissueId, applicant.start(asked));
  return applicant;
}

describe.each(methods)('%s', (method) => {
  it(`${method} accepts a right answer once`, async () => {
    const applicant = await arrive([method]);
    const again = await applicant.answerChallenges({ [method]: undefined });
    expect(await answer(applicant, { [method]: undefined })).toEqual(['ACCEPTED']);
    expect((await applicant.row()).methods).not.toContain(method);
    expect(await perform(world, applicant.reissueId, again)).toMatchObject({ code: 'UNKNOWN_CHALLENGE' });
    expect(await ask(applicant, [method])).toBe('METHOD_NOT_OFFERED');
  });

  it(`${method} is locked by five wrong answers, also if challenges are requested in between`, async () => {
    const applicant = await arrive([method]);
    const became: string[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      world.clock.advance(second);
      if (tries === 2) await ask(applicant, [method]);
      became.push(...(await answer(applicant, { [method]: wrongAnswers[method] })));
    }
    expect(became).toEqual(['WRONG', 'WRONG', 'WRONG', 'WRONG', 'LOCKED']);
    expect((await applicant.row()).methods).not.toContain(method);
  });

  it(`${method} accepts no answer after its time, and that costs no try`, async () => {
    const applicant = await arrive([method]);
    world.clock.advance(inSeconds[method] * second);
    expect(await answer(applicant, { [method]: undefined })).toEqual(['EXPIRED']);
    expect((await applicant.row()).identity_attempts).toBe(5);
    await ask(applicant, [method]);
    world.clock.advance(inSeconds[method] * second - 1);
    expect(await answer(applicant, { [method]: undefined })).toEqual(['ACCEPTED']);
  });

  it(`${method} accepts no answer for another reissue of the same person`, async () => {
    const person = await customer(world);
    const [mine, other] = [await arrive([method], person), await arrive([method], person)];
    const theirs = await other.rightAnswer(method);
    const became = await answer(mine, { [method]: theirs });
    // A document is valid in every reissue of its holder; a code and a signature are valid in one reissue only.
    expect(became).toEqual([method === 'ID_DOCUMENT' ? 'ACCEPTED' : 'WRONG']);
  });

  it(`${method} accepts no answer after a cancellation`, async () => {
    const applicant = await arrive([method]);
    const late = await applicant.answerChallenges({ [method]: undefined });
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(await perform(world, applicant.reissueId, late)).toMatchObject({ code: 'WRONG_STATE' });
    expect((await applicant.row()).state).toBe('CANCELLED');
  });

  it(`${method} limits the number of challenges`, async () => {
    const applicant = await arrive([method]);
    const { sends } = defaultIdentityPolicy.limits[method]!;
    for (let asked = 1; asked < sends; asked += 1) {
      world.clock.advance(second);
      expect(await ask(applicant, [method])).toHaveLength(1);
    }
    expect(await ask(applicant, [method])).toBe('TOO_MANY_SENDS');
  });
});

describe('two methods', () => {
  const pairs = methods.flatMap((one, index) =>
    methods.slice(index + 1).map((other) => [one, other] as const),
  );
  const enough = (one: IdentityMethod, other: IdentityMethod, reason: Applicant['reason']) =>
    one === 'PHONE_CODE' && (other !== 'OLD_CERTIFICATE' || reason === 'EXPIRED');

  it.each(pairs)(
    'Two methods %s and %s verify exactly the persons that the policy admits',
    async (one, other) => {
      for (const reason of ['EXPIRED', 'LOST'] as const) {
        const asked = [one, other].filter((each) => reason === 'EXPIRED' || each !== 'OLD_CERTIFICATE');
        const applicant = await arrive(asked, customer(world), reason);
        for (const method of asked)
          expect(await answer(applicant, { [method]: undefined })).toEqual(['ACCEPTED']);
        const { state, methods: offered } = await applicant.row();
        const through = enough(one, other, reason) && asked.length === 2;
        expect(state === 'IDENTITY_REQUIRED').toBe(!through);
        if (!through && one !== 'PHONE_CODE') expect(offered).toContain('PHONE_CODE');
        if (through)
          expect((await identityOutcome(applicant))?.details).toEqual({
            policy: '2026-11',
            verified: asked.toSorted(),
          });
        await expectSoundRecords(applicant);
      }
    },
  );

  it.each(pairs)('Two methods %s and %s do not verify if the second answer is wrong', async (one, other) => {
    const applicant = await arrive([one, other]);
    expect(await answer(applicant, { [one]: undefined, [other]: wrongAnswers[other] })).toEqual([
      'ACCEPTED',
      'WRONG',
    ]);
    expect((await applicant.row()).state).toBe('IDENTITY_REQUIRED');
  });
});

describe('a policy', () => {
  const with_ = (changes: Partial<IdentityPolicy>) => ({
    activities: world.activitiesWith({ policy: { ...defaultIdentityPolicy, version: 'next', ...changes } }),
  });
  const phoneAlone = { required: ['PHONE_CODE'], additional: { count: 0, from: ['ONE_WON'] } } as const;

  it('A policy that changes during a reissue does not change that reissue', async () => {
    const relaxed = with_({ rules: { usual: phoneAlone, withoutOld: phoneAlone } });
    const before = await arrive(['PHONE_CODE', 'ONE_WON']);
    await answer(before, { PHONE_CODE: undefined }, relaxed);
    expect(await before.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', policy_version: '2026-11' });
    await answer(before, { ONE_WON: undefined }, relaxed);
    expect(await identityOutcome(before)).toMatchObject({
      outcome: 'VERIFIED',
      details: { policy: '2026-11' },
    });

    const after = await Applicant.of(world, await customer(world));
    await perform(world, after.reissueId, after.start(['PHONE_CODE']), relaxed);
    await answer(after, { PHONE_CODE: undefined });
    expect(await identityOutcome(after)).toMatchObject({ outcome: 'VERIFIED', details: { policy: 'next' } });
  });

  it('A policy does not verify by methods that do not count together, but offers one that does', async () => {
    const dependent = with_({ independent: [['PHONE_CODE', 'ID_DOCUMENT']] });
    const applicant = await Applicant.of(world, await customer(world));
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE']), dependent);
    expect((await applicant.row()).methods).toEqual(['PHONE_CODE', 'ID_DOCUMENT']);
    await answer(applicant, { PHONE_CODE: undefined });
    expect((await applicant.row()).methods).toEqual(['ID_DOCUMENT']);
    expect(await ask(applicant, ['ONE_WON'])).toBe('METHOD_NOT_OFFERED');
  });

  it('A reissue from before rules were pinned has today’s policy', async () => {
    const applicant = await arrive(['PHONE_CODE', 'ONE_WON']);
    await world.owner
      .updateTable('reissue')
      .set({ identity_rule: null })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    expect(await answer(applicant, { PHONE_CODE: undefined, ONE_WON: undefined })).toEqual([
      'ACCEPTED',
      'ACCEPTED',
    ]);
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
  });

  it('A method that lost its provider is no longer offered', async () => {
    const applicant = await arrive(['PHONE_CODE']);
    const withoutTransfers = { activities: world.activitiesWith({ providers: [world.outside.telecom] }) };
    expect(await ask(applicant, ['ONE_WON'], withoutTransfers)).toBe('METHOD_NOT_OFFERED');
    await answer(applicant, { PHONE_CODE: undefined }, withoutTransfers);
    expect(await lastCode(applicant)).toBe('IDENTITY_LOCKED');
  });
});

describe('a reset of the password', () => {
  const newPassword = 'Brand-new-12';
  const reset = async (applicant: Applicant) =>
    perform(world, applicant.reissueId, await applicant.resetPassword(newPassword));
  /** Makes five wrong tries, so that the signature of the old key does not replace the password. */
  const lockPassword = (customerId: string | undefined) =>
    world.owner
      .updateTable('password_credential')
      .set({ wrong_tries: 5 })
      .where('customer_id', '=', customerId!)
      .execute();

  it.each(['ONE_WON', 'ID_DOCUMENT'] as const)(
    'A reset of the password needs %s besides the old certificate',
    async (more) => {
      const person = await customer(world);
      await lockPassword(person.customerId);
      const applicant = await arrive(['PHONE_CODE', 'OLD_CERTIFICATE'], person);
      await answer(applicant, { PHONE_CODE: undefined, OLD_CERTIFICATE: undefined });
      expect(await reset(applicant)).toMatchObject({ code: 'MORE_IDENTITY_NEEDED' });
      expect(await applicant.row()).toMatchObject({
        state: 'IDENTITY_REQUIRED',
        methods: ['ONE_WON', 'ID_DOCUMENT'],
        identity_attempts: 5,
      });
      await ask(applicant, [more]);
      await answer(applicant, { [more]: undefined });
      expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
      expect(await reset(applicant)).toMatchObject({
        status: 'DONE',
        standing: { state: 'CONSENT_REQUIRED' },
      });
      await expectSoundRecords(applicant);
    },
  );

  it('A reset of the password ends the reissue if the methods that it needs are locked', async () => {
    const person = await customer(world);
    await lockPassword(person.customerId);
    const applicant = await arrive(['PHONE_CODE', 'OLD_CERTIFICATE'], person);
    await answer(applicant, { PHONE_CODE: undefined, OLD_CERTIFICATE: undefined });
    await reset(applicant);
    world.clock.advance(minute);
    await lock(applicant, 'ONE_WON');
    expect((await applicant.row()).methods).toEqual(['ID_DOCUMENT']);
    await lock(applicant, 'ID_DOCUMENT');
    expect(await lastCode(applicant)).toBe('IDENTITY_LOCKED');
  });
});

describe('what is offered', () => {
  it('The methods on offer do not depend on the file, nor on whether the person is known', async () => {
    const revoke = { revoked_at: world.clock.now(), revocation_reason: 'superseded' as const };
    const compromised = { ...revoke, revocation_reason: 'keyCompromise' as const };
    const hold = { hold_at: world.clock.now() };
    const offered: IdentityMethod[][] = [];
    for (const change of [undefined, revoke, compromised, hold]) {
      const person = await customer(world);
      if (change)
        await world.owner
          .updateTable('certificate')
          .set(change)
          .where('serial', '=', person.oldSerial!)
          .execute();
      offered.push((await (await arrive([], person)).row()).methods);
    }
    for (const person of [
      customer(world, { certificateDays: -800 }),
      customer(world, { certificateDays: 'none' }),
    ])
      offered.push((await (await arrive([], person)).row()).methods);
    offered.push((await (await arrive([], stranger(world))).row()).methods);
    expect(new Set(offered.map(String))).toEqual(new Set([String(methods)]));
  });
});
