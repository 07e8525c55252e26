import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DirectCalls } from '#activities/step';
import { until } from '../../support/until.js';
import { Applicant } from '../../world/applicant.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, expectSoundRecords } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterEach(() => {
  const { telecom, oneWon } = world.outside;
  telecom.fault = oneWon.fault = undefined;
});
afterAll(() => world.close());

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };

/** The activities of another worker process, which remembers nothing of the calls of the first. */
const otherWorker = () => world.activitiesWith({});

/** Activities whose steps leave all calls to the durable activities. */
const durable = () => world.activitiesWith({ directCalls: new DirectCalls({ waitMs: 1, atOnce: 0 }) });

/** Activities whose steps wait only shortly, so that calls without an answer are left to the durable activities. */
const impatient = () => {
  let slow = 0;
  const onOutcome = (outcome: string) => void (slow += outcome === 'slow' ? 1 : 0);
  const directCalls = new DirectCalls({ waitMs: 50, atOnce: 100, slowCalls: 1_000, onOutcome });
  const activities = world.activitiesWith({ directCalls });
  return { activities, untilSlow: () => until('a step to stop waiting', () => slow > 0) };
};

const sendsTo = ({ person }: Applicant) =>
  world.outside.telecom.sends.filter(({ mobile }) => mobile === person.mobile).length;
const comparisonsOf = ({ reissueId }: Applicant) =>
  world.outside.telecom.comparisons.filter((each) => each.reissueId === reissueId).length;
const triesOf = ({ reissueId }: Applicant) =>
  world.owner
    .selectFrom('identity_try')
    .select(['challenge_id', 'state', 'verdict'])
    .where('reissue_id', '=', reissueId)
    .execute();

describe('a worker that dies during a call which its step made', () => {
  it.each([
    ['before the provider acts', 'hanging'],
    ['after the provider acted and before its answer', 'silent'],
  ] as const)('A code is sent once when the worker dies %s', async (_, fault) => {
    const { telecom } = world.outside;
    const applicant = await Applicant.of(world, await customer(world));
    const start = applicant.start();
    telecom.fault = fault;
    const lost = perform(world, applicant.reissueId, start, { activities: world.activities });
    await until('the provider to have the call', () => telecom.waiting > 0);
    // The dead worker's connection is gone. Its request may still arrive, after the other worker's.
    const activities = otherWorker();
    const again = perform(world, applicant.reissueId, start, { activities });
    telecom.fault = undefined;
    await expect(again).resolves.toMatchObject({ status: 'DONE' });
    await lost;
    expect(sendsTo(applicant)).toBe(1);
    await continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it.each([
    ['before the provider acts', 'hanging'],
    ['after the provider acted and before its answer', 'silent'],
  ] as const)('An answer is compared and counted once when the worker dies %s', async (_, fault) => {
    const { telecom } = world.outside;
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const message = await applicant.answerChallenges({ PHONE_CODE: '999999', ONE_WON: undefined });
    telecom.fault = fault;
    const lost = perform(world, applicant.reissueId, message);
    await until('the provider to have the call', () => telecom.waiting > 0);
    const again = perform(world, applicant.reissueId, message, { activities: otherWorker() });
    telecom.fault = undefined;
    await expect(again).resolves.toMatchObject({ status: 'DONE' });
    await lost;
    expect(comparisonsOf(applicant)).toBe(1);
    expect(await triesOf(applicant)).toHaveLength(2);
    const answers = (await auditOf(applicant)).filter(({ action }) => action === 'answerChallenge');
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['ACCEPTED', 'WRONG']);
    await expectSoundRecords(applicant);
  });

  it('A code is sent once and an answer counted once when the worker dies before it reports the step', async () => {
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED', { crashing: true });
    expect(sendsTo(applicant)).toBe(1);
    expect(comparisonsOf(applicant)).toBe(1);
    await expectSoundRecords(applicant);
  });
});

describe('a call that its step left to the durable activity', () => {
  it('A slow provider is called once: the durable activity waits for the call that runs', async () => {
    const { telecom } = world.outside;
    const { activities, untilSlow } = impatient();
    const applicant = await Applicant.of(world, await customer(world));
    telecom.fault = 'hanging';
    const started = perform(world, applicant.reissueId, applicant.start(), { activities });
    await untilSlow();
    telecom.fault = undefined;
    await expect(started).resolves.toMatchObject({ status: 'DONE' });
    expect(sendsTo(applicant)).toBe(1);
    await continueTo(applicant, 'REGISTERED', { activities });
    await expectSoundRecords(applicant);
  });

  it('A provider whose answer was lost is told that the call is repeated', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    world.outside.telecom.fault = 'lost';
    const message = await applicant.answerChallenges(rightCodes);
    await expect(perform(world, applicant.reissueId, message)).resolves.toMatchObject({ status: 'PARKED' });
    world.outside.telecom.fault = undefined;
    const retry = { kind: 'retry', operator: 'staff:oscar', reason: 'spec', parkSequence: 1 } as const;
    await expect(perform(world, applicant.reissueId, retry)).resolves.toMatchObject({
      standing: { state: 'PASSWORD_REQUIRED' },
    });
    expect(comparisonsOf(applicant)).toBe(1);
  });

  it('A provider that refuses a call is not called again', async () => {
    const { telecom } = world.outside;
    telecom.fault = 'refusing';
    const applicant = await Applicant.of(world, await customer(world));
    await expect(perform(world, applicant.reissueId, applicant.start())).resolves.toMatchObject({
      status: 'PARKED',
      standing: { parked: { step: 'SEND_CHALLENGES', code: 'DEPENDENCY_UNAVAILABLE' } },
    });
    expect(sendsTo(applicant)).toBe(0);
  });

  it('A reissue completes by durable activities alone', async () => {
    const activities = durable();
    const applicant = await walkTo(world, await customer(world), 'REGISTERED', { activities });
    expect([sendsTo(applicant), comparisonsOf(applicant)]).toEqual([1, 1]);
    await expectSoundRecords(applicant);
  });
});
