import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Applicant } from '../../world/applicant.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { effectOf, eventTypesOf, everythingOf, expectSoundRecords, outcomeOf } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';
import { KeyPair } from '../../support/key-pair.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

type Message = Parameters<typeof perform>[2];
type State = Parameters<typeof walkTo>[2];

/** Each kind of message, valid and invalid, in a state that accepts it. */
const cases: [string, State | 'START', (applicant: Applicant) => Message | Promise<Message>, string][] = [
  ['start', 'START', (a) => a.start(), 'DONE'],
  ['start without methods', 'START', (a) => a.start([]), 'DONE'],
  ['requestChallenges', 'IDENTITY_REQUIRED', (a) => a.requestChallenges(['ONE_WON']), 'DONE'],
  [
    'answerChallenges with right codes',
    'IDENTITY_REQUIRED',
    (a) => a.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined }),
    'DONE',
  ],
  [
    'answerChallenges with a wrong code',
    'IDENTITY_REQUIRED',
    (a) => a.answerChallenges({ PHONE_CODE: undefined, ONE_WON: '000000' }),
    'DONE',
  ],
  ['submitPassword', 'PASSWORD_REQUIRED', (a) => a.submitPassword(), 'DONE'],
  ['submitPassword, wrong', 'PASSWORD_REQUIRED', (a) => a.submitPassword('Wrong-1234'), 'REFUSED'],
  ['resetPassword', 'PASSWORD_REQUIRED', (a) => a.resetPassword('Brand-new-1'), 'DONE'],
  ['resetPassword, against the rules', 'PASSWORD_REQUIRED', (a) => a.resetPassword('short'), 'REFUSED'],
  ['giveConsents', 'CONSENT_REQUIRED', (a) => a.giveConsents(), 'DONE'],
  ['giveConsents, not all', 'CONSENT_REQUIRED', (a) => a.giveConsents([]), 'REFUSED'],
  ['requestCertificate', 'KEY_REQUIRED', (a) => a.requestCertificate(), 'DONE'],
  [
    'requestCertificate for another key',
    'KEY_REQUIRED',
    async (a) => a.requestCertificate(await KeyPair.make()),
    'REFUSED',
  ],
  ['proveRegistration', 'ISSUED', (a) => a.proveRegistration(), 'DONE'],
  [
    'proveRegistration with another key',
    'ISSUED',
    async (a) => a.proveRegistration(await KeyPair.make()),
    'REFUSED',
  ],
  ['cancel before ISSUED', 'KEY_REQUIRED', (a) => a.cancel(), 'DONE'],
  ['cancel after ISSUED', 'ISSUED', (a) => a.cancel(), 'DONE'],
  [
    'apply',
    'PASSWORD_REQUIRED',
    async (a) => a.apply([await a.submitPassword(), a.giveConsents(), await a.requestCertificate()]),
    'DONE',
  ],
  [
    'apply that stops on the way',
    'PASSWORD_REQUIRED',
    async (a) => a.apply([await a.submitPassword(), a.giveConsents([]), await a.requestCertificate()]),
    'REFUSED',
  ],
];

async function arriveAt(state: State | 'START'): Promise<Applicant> {
  const person = await customer(world);
  return state === 'START' ? Applicant.of(world, person) : walkTo(world, person, state);
}

describe('the same message again', () => {
  it.each(cases)(
    'A repeated message gets the recorded answer and changes nothing: %s',
    async (_name, state, make, status) => {
      const applicant = await arriveAt(state);
      const message = await make(applicant);
      const first = await perform(world, applicant.reissueId, message);
      expect(first.status).toBe(status);
      const before = await everythingOf(applicant);

      world.clock.advance(1_000);
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        status: first.status,
        standing: first.standing,
        notify: first.notify ?? [],
      });
      expect(await everythingOf(applicant)).toEqual(before);
      await expectSoundRecords(applicant);
    },
  );

  it.each(cases)(
    'A message is handled once although the worker dies after every activity: %s',
    async (_name, state, make, status) => {
      const applicant = await arriveAt(state);
      const message = await make(applicant);
      const twin = await arriveAt(state);
      await perform(world, twin.reissueId, await make(twin));

      const result = await perform(world, applicant.reissueId, message, { crashing: true });
      expect(result.status).toBe(status);
      expect(await eventTypesOf(applicant)).toEqual(await eventTypesOf(twin));
      const { steps, state: stateNow } = await applicant.row();
      expect({ steps, state: stateNow }).toEqual(
        await twin.row().then((row) => ({ steps: row.steps, state: row.state })),
      );
      await expectSoundRecords(applicant);
    },
  );

  it('A repeated message gets its answer after the reissue has gone on and after it has ended', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED');
    const wrong = await applicant.submitPassword('Wrong-1234');
    await perform(world, applicant.reissueId, wrong);
    const recorded = await outcomeOf(applicant, wrong.updateId);
    await continueTo(applicant, 'REGISTERED');

    const again = await perform(world, applicant.reissueId, wrong);
    expect(again).toMatchObject({
      status: 'REFUSED',
      code: 'PASSWORD_WRONG',
      standing: { state: 'REGISTERED' },
    });
    expect(await outcomeOf(applicant, wrong.updateId)).toEqual(recorded);
    expect(recorded).toMatchObject({ reissue: { state: 'PASSWORD_REQUIRED', attempts: { password: 4 } } });
  });

  it('A step that waits for other runs of itself to end gets the answer that the first one recorded', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const message = applicant.giveConsents();
    const { steps } = await applicant.row();
    const runs = Array.from({ length: 8 }, () => perform(world, applicant.reissueId, message));
    for (const { status, standing } of await Promise.all(runs))
      expect([status, standing.state]).toEqual(['DONE', 'KEY_REQUIRED']);
    expect((await applicant.row()).steps).toBe(steps + 1);
    await expectSoundRecords(applicant);
  });
});

describe('a whole reissue whose worker dies after every activity', () => {
  it('A reissue whose worker dies after every activity sends each code once, compares it once and counts no try twice', async () => {
    const person = await customer(world);
    const sends = world.outside.telecom.sends.length + world.outside.oneWon.sends.length;
    const comparisons = world.outside.telecom.comparisons.length;
    const applicant = await walkTo(world, person, 'REGISTERED', { crashing: true });
    expect(world.outside.telecom.sends.length + world.outside.oneWon.sends.length).toBe(sends + 2);
    expect(world.outside.telecom.comparisons.length).toBe(comparisons + 1);
    await expectSoundRecords(applicant);
    expect((await applicant.row()).steps).toBe(6);
  });
});

describe('a message', () => {
  it('A message in a wrong state is refused and changes nothing but the audit trail', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const before = await effectOf(applicant);
    for (const message of [applicant.giveConsents(), await applicant.proveRegistration()])
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        status: 'REFUSED',
        code: 'WRONG_STATE',
        standing: { state: 'IDENTITY_REQUIRED' },
      });
    expect(await effectOf(applicant)).toEqual(before);
    await expectSoundRecords(applicant);
  });

  it('A message beyond the hundredth, refusals included, is refused, except cancel', async () => {
    const applicant = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const { steps } = await applicant.row();
    for (let step = steps; step < 100; step += 2) {
      expect(await perform(world, applicant.reissueId, applicant.giveConsents([]))).toMatchObject({
        code: 'CONSENT_INCOMPLETE',
      });
      expect(await perform(world, applicant.reissueId, applicant.requestChallenges([]))).toMatchObject({
        code: 'WRONG_STATE',
      });
    }
    expect(await perform(world, applicant.reissueId, applicant.giveConsents())).toMatchObject({
      status: 'REFUSED',
      code: 'TOO_MANY_STEPS',
      standing: { state: 'CONSENT_REQUIRED' },
    });
    expect(await perform(world, applicant.reissueId, applicant.cancel())).toMatchObject({
      status: 'DONE',
      standing: { state: 'CANCELLED' },
    });
  });
});
