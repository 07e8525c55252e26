import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DirectCalls } from '#activities/step';
import type { RiskProvider } from '#activities/risk';
import { ProviderRefused, ProviderUnavailable } from '#libs/provider-client';
import type { RiskOutcome } from '#libs/risk';
import { until } from '../../support/until.js';
import { Applicant } from '../../world/applicant.js';
import { customer, stranger } from '../../world/people.js';
import { perform, type Performance } from '../../world/perform.js';
import { auditOf, expectSoundRecords, outcomeOf } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

type Request = Parameters<RiskProvider['decide']>[0];

/** A provider that decides the same about everyone, or fails. */
class FakeRiskProvider implements RiskProvider {
  readonly requests: Request[] = [];
  fault: 'down' | 'refusing' | 'hanging' | undefined;
  constructor(public outcome: RiskOutcome = { outcome: 'ALLOW' }) {}

  async decide(request: Request) {
    this.requests.push(request);
    if (this.fault === 'down') throw new ProviderUnavailable('the risk provider is down');
    if (this.fault === 'refusing') throw new ProviderRefused('the risk provider answered 400', 400);
    await until('the fault to be over', () => this.fault !== 'hanging');
    return { status: 'ANSWERED', outcome: this.outcome, reference: 'r-1' } as const;
  }
}

/** The activities with this provider. @param direct whether steps call it themselves */
const withProvider = (riskProvider: FakeRiskProvider, direct = true): Performance => ({
  activities: world.activitiesWith({
    riskProvider,
    directCalls: new DirectCalls({ waitMs: direct ? 2_000 : 1, atOnce: direct ? 20 : 0 }),
  }),
});

const decisionsOf = async (applicant: Applicant) =>
  (await auditOf(applicant)).filter(({ action }) => action === 'decideRisk');

describe('a provider of risk decisions', () => {
  it.each([
    ['by the steps themselves', true],
    ['by durable activities', false],
  ])('Both decisions ask it %s, and record what it answered', async (_how, direct) => {
    const provider = new FakeRiskProvider();
    const applicant = await walkTo(
      world,
      await customer(world),
      'REGISTERED',
      withProvider(provider, direct),
    );
    const { customer_ref: customerRef } = await applicant.row();
    expect(provider.requests).toMatchObject([
      { customerRef, facts: { decision: 'IDENTITY', methods: ['ONE_WON', 'PHONE_CODE'], triesOfPerson: 0 } },
      { customerRef, facts: { decision: 'ISSUANCE', methods: ['ONE_WON', 'PHONE_CODE'], triesOfPerson: 0 } },
    ]);
    expect(new Set(provider.requests.map(({ decisionId }) => decisionId)).size).toBe(2);
    const answer = { status: 'ANSWERED', outcome: { outcome: 'ALLOW' }, reference: 'r-1' };
    expect((await decisionsOf(applicant)).map(({ details }) => details['answer'])).toEqual([answer, answer]);
    await expectSoundRecords(applicant);
  });

  it('It gets nothing that identifies a person but the pseudonym', async () => {
    const provider = new FakeRiskProvider();
    const person = await customer(world);
    await walkTo(world, person, 'ISSUED', withProvider(provider));
    const sent = JSON.stringify(provider.requests);
    for (const secret of [person.name, person.mobile, person.ci, person.rrn, person.account, '192.0.2.1'])
      expect(sent).not.toContain(secret);
  });

  it.each<[string, RiskOutcome, object]>([
    ['REFUSE', { outcome: 'REFUSE' }, { state: 'REJECTED', end_code: 'RISK_REFUSED' }],
    [
      'STEP_UP',
      { outcome: 'STEP_UP', methods: ['ID_DOCUMENT'] },
      { state: 'IDENTITY_REQUIRED', methods: ['ID_DOCUMENT'] },
    ],
    [
      'DELAY',
      { outcome: 'DELAY', hours: 3 },
      { state: 'PASSWORD_REQUIRED', required_wait_ms: String(3 * 3_600_000) },
    ],
  ])('Its %s is obeyed', async (_name, outcome, row) => {
    const performance = withProvider(new FakeRiskProvider(outcome));
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED', performance);
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    await perform(world, applicant.reissueId, message, performance);
    expect(await applicant.row()).toMatchObject(row);
    expect(await decisionsOf(applicant)).toMatchObject([{ reason: 'PROVIDER', outcome: outcome.outcome }]);
    await expectSoundRecords(applicant);
  });

  it.each([
    ['is down', 'down', true],
    ['is down for the durable activity, too', 'down', false],
    ['refuses the request', 'refusing', true],
    ['refuses the durable activity', 'refusing', false],
  ] as const)('The policy decides if it %s', async (_what, fault, direct) => {
    const provider = new FakeRiskProvider();
    provider.fault = fault;
    const performance = withProvider(provider, direct);
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED', performance);
    expect(await decisionsOf(applicant)).toMatchObject([
      { outcome: 'DELAY', reason: 'PROVIDER_UNAVAILABLE', details: { answer: { status: 'UNAVAILABLE' } } },
    ]);
    expect(await applicant.row()).toMatchObject({ required_wait_ms: String(24 * 3_600_000) });
  });

  it('A step that waits too long for it leaves the call to a durable activity, which shares the answer', async () => {
    const provider = new FakeRiskProvider();
    let slow = 0;
    const onOutcome = (outcome: string) => void (slow += outcome === 'slow' ? 1 : 0);
    const directCalls = new DirectCalls({ waitMs: 50, atOnce: 100, slowCalls: 1_000, onOutcome });
    const performance = { activities: world.activitiesWith({ riskProvider: provider, directCalls }) };
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    provider.fault = 'hanging';
    const ended = perform(world, applicant.reissueId, message, performance);
    await until('a step to stop waiting', () => slow > 0);
    provider.fault = undefined;
    await ended;
    expect((await outcomeOf(applicant, message.updateId)).reissue?.state).toBe('PASSWORD_REQUIRED');
    expect(provider.requests).toHaveLength(1);
  });

  it('A worker that dies after each activity decides once', async () => {
    const performance = { ...withProvider(new FakeRiskProvider()), crashing: true };
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    await continueTo(applicant, 'REGISTERED', performance);
    expect(await decisionsOf(applicant)).toHaveLength(2);
    await expectSoundRecords(applicant);
  });

  it('It is not asked about a person who is not a customer', async () => {
    const provider = new FakeRiskProvider();
    const performance = withProvider(provider);
    const applicant = await Applicant.of(world, stranger(world));
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE', 'ID_DOCUMENT']), performance);
    const answers = { PHONE_CODE: undefined, ID_DOCUMENT: undefined };
    const message = await applicant.answerChallenges(answers);
    await perform(world, applicant.reissueId, message, performance);
    expect((await applicant.row()).state).toBe('REJECTED');
    expect(provider.requests).toEqual([]);
  });
});
