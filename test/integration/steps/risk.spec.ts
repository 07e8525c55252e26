import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reasons, type IdentityMethod, type Reason } from '#libs/domain';
import { defaultRiskPolicy, riskPolicySchema, type RiskPolicy } from '#libs/risk';
import { Applicant, type Application } from '../../world/applicant.js';
import { day } from '../../world/movable-clock.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform, type Performance } from '../../world/perform.js';
import { auditOf, eventsOf, outcomeOf } from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

/** The activities under a policy with these rules. */
function under(rules: readonly { when: object; then: object }[]): Performance {
  const named = rules.map((rule, index) => ({ name: `rule-${index}`, ...rule }));
  const riskPolicy: RiskPolicy = riskPolicySchema.parse({ version: 'spec', rules: named });
  return { activities: world.activitiesWith({ riskPolicy }) };
}

const refuse = { outcome: 'REFUSE' };
const stepUp = { outcome: 'STEP_UP', methods: ['ID_DOCUMENT'] };
const delay = { outcome: 'DELAY', hours: 12 };
const always = (then: object, decision: string[] = ['IDENTITY', 'ISSUANCE']) =>
  under([{ when: { decision }, then }]);

async function answer(applicant: Applicant, method: IdentityMethod, performance: Performance = {}) {
  await perform(world, applicant.reissueId, applicant.requestChallenges([method]), performance);
  const message = await applicant.answerChallenges({ [method]: undefined });
  await perform(world, applicant.reissueId, message, performance);
  return outcomeOf(applicant, message.updateId);
}

async function verified(person: Person, application: Application & Performance = {}) {
  const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', application);
  const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
  await perform(world, applicant.reissueId, message, application);
  return { applicant, answered: await outcomeOf(applicant, message.updateId) };
}

const decisionsOf = async (applicant: Applicant) =>
  (await auditOf(applicant)).filter(({ action }) => action === 'decideRisk');

describe('an ordinary reissue', () => {
  it.each(reasons)('A reissue with the reason %s is allowed at both decisions', async (reason) => {
    const applicant = await verified(await customer(world), { reason }).then((each) => each.applicant);
    const decisions = await decisionsOf(applicant);
    expect(decisions.map(({ outcome, reason: by }) => [outcome, by])).toEqual([['ALLOW', null]]);
    expect(decisions[0]!.details).toMatchObject({
      policyVersion: defaultRiskPolicy.version,
      facts: {
        ...{ decision: 'IDENTITY', reason, claimedBy: 'MOBILE', methods: ['ONE_WON', 'PHONE_CODE'] },
        ...{ device: 'UNNAMED', startsOfPerson: 1, triesOfPerson: 0, startsOnDevice: null },
      },
    });
  });

  it('The second decision comes before the CA signs, and both are in the audit trail', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    const facts = (await decisionsOf(applicant)).map(({ details }) => details['facts'] as object);
    expect(facts).toMatchObject([{ decision: 'IDENTITY' }, { decision: 'ISSUANCE' }]);
    const personal = await world.owner
      .selectFrom('audit_personal')
      .innerJoin('audit_entry', (join) =>
        join
          .onRef('audit_entry.reissue_id', '=', 'audit_personal.reissue_id')
          .onRef('audit_entry.sequence', '=', 'audit_personal.sequence'),
      )
      .select('personal')
      .where('audit_entry.reissue_id', '=', applicant.reissueId)
      .where('action', '=', 'decideRisk')
      .execute();
    expect(personal.map((each) => JSON.parse(each.personal) as object)).toEqual(
      Array(2).fill({
        network: 'UNKNOWN',
        simAgeDays: null,
        contactAgeDays: null,
        customerAgeDays: expect.any(Number),
        fraudSuspected: false,
      }),
    );
  });
});

describe('a SIM that was changed yesterday, on a device that is not known', () => {
  async function swapped(reason: Reason) {
    const person = await customer(world);
    world.outside.telecom.changedSim(person, new Date(world.clock.now().getTime() - day));
    return verified(person, { reason });
  }

  it.each(reasons.filter((reason) => reason !== 'EXPIRED'))(
    'A reissue with the reason %s has to wait',
    async (reason) => {
      const { applicant } = await swapped(reason);
      expect(await decisionsOf(applicant)).toMatchObject([
        { outcome: 'DELAY', reason: 'sim-changed-and-certificate-lost' },
      ]);
      expect(await applicant.row()).toMatchObject({
        state: 'PASSWORD_REQUIRED',
        required_wait_ms: String(day),
      });
    },
  );

  it('An expired certificate needs one more method, and then the reissue continues', async () => {
    const { applicant, answered } = await swapped('EXPIRED');
    expect(answered.reissue).toMatchObject({
      state: 'IDENTITY_REQUIRED',
      next: {
        action: 'VERIFY_IDENTITY',
        methods: ['ID_DOCUMENT', 'OLD_CERTIFICATE'],
        additional: true,
      },
    });
    expect((await eventsOf(applicant)).at(-1)).toMatchObject({
      type: 'reseal.reissue.identity-reopened.v1',
      data: { state: 'IDENTITY_REQUIRED', code: 'ADDITIONAL_METHOD_NEEDED' },
    });
    const more = await answer(applicant, 'ID_DOCUMENT');
    expect(more.reissue).toMatchObject({ state: 'PASSWORD_REQUIRED' });
    expect(more.reissue?.next.additional).toBeUndefined();
    await continueTo(applicant, 'REGISTERED');
    expect((await decisionsOf(applicant)).map(({ outcome }) => outcome)).toEqual([
      'STEP_UP',
      'ALLOW',
      'ALLOW',
    ]);
  });
});

describe('what the bank says about the customer', () => {
  it.each([
    ['a contact changed yesterday', 'CONTACT_CHANGED', day, 'contact-changed', 'DELAY'],
    ['a contact changed a week ago', 'CONTACT_CHANGED', 7 * day, null, 'ALLOW'],
    ['it suspects fraud', 'FRAUD_SUSPECTED', 90 * day, 'fraud-suspected', 'REFUSE'],
  ] as const)('A reissue is decided by it: %s', async (_what, kind, ageMs, reason, outcome) => {
    const person = await customer(world);
    const since = new Date(world.clock.now().getTime() - ageMs);
    const { customer_ref } = await world.owner
      .selectFrom('customer')
      .select('customer_ref')
      .where('customer_id', '=', person.customerId!)
      .executeTakeFirstOrThrow();
    await world.owner
      .insertInto('customer_fact')
      .values({ customer_ref, kind, since, event_source: '/spec', event_id: person.ci, event_time: since })
      .execute();
    const { applicant } = await verified(person);
    expect(await decisionsOf(applicant)).toMatchObject([{ outcome, reason }]);
  });
});

describe('the outcomes of each decision', () => {
  it.each(reasons)('A refused reissue with the reason %s ends, and says where to go on', async (reason) => {
    const person = await customer(world);
    const { applicant, answered } = await verified(person, { reason, ...always(refuse) });
    expect(answered.reissue).toMatchObject({ state: 'REJECTED', ended: { code: 'RISK_REFUSED' } });
    expect(answered.reissue?.ended?.text.en).toContain('branch');
    expect(await decisionsOf(applicant)).toMatchObject([{ outcome: 'REFUSE', reason: 'rule-0' }]);
    expect(world.outside.messenger.notificationsTo(person)).toContain('REFUSED');
  });

  it.each(reasons)('A STEP_UP with the reason %s is met by the method of its list', async (reason) => {
    const performance = always(stepUp);
    const { applicant, answered } = await verified(await customer(world), { reason, ...performance });
    expect(answered.reissue?.next.methods).toEqual(['ID_DOCUMENT']);
    expect((await answer(applicant, 'ID_DOCUMENT', performance)).reissue?.state).toBe('PASSWORD_REQUIRED');
  });

  it.each(reasons)(
    'A DELAY with the reason %s is kept for the moment before the signature',
    async (reason) => {
      const { applicant } = await verified(await customer(world), { reason, ...always(delay) });
      expect(await applicant.row()).toMatchObject({
        state: 'PASSWORD_REQUIRED',
        required_wait_ms: String(day / 2),
      });
    },
  );

  it('A STEP_UP before the signature goes back to identity, and on to where it was', async () => {
    const performance = always(stepUp, ['ISSUANCE']);
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED', performance);
    const request = await applicant.requestCertificate();
    await perform(world, applicant.reissueId, request, performance);
    expect(await outcomeOf(applicant, request.updateId)).toMatchObject({
      status: 'REFUSED',
      code: 'MORE_IDENTITY_NEEDED',
      reissue: { state: 'IDENTITY_REQUIRED', next: { methods: ['ID_DOCUMENT'], additional: true } },
    });
    expect((await answer(applicant, 'ID_DOCUMENT', performance)).reissue?.state).toBe('KEY_REQUIRED');
    await continueTo(applicant, 'REGISTERED', performance);
  });

  it('A REFUSE before the signature ends the reissue', async () => {
    const performance = always(refuse, ['ISSUANCE']);
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED', performance);
    const request = await applicant.requestCertificate();
    await perform(world, applicant.reissueId, request, performance);
    expect(await outcomeOf(applicant, request.updateId)).toMatchObject({
      status: 'REFUSED',
      code: 'REQUEST_REFUSED',
      reason: 'RISK_REFUSED',
      reissue: { state: 'REJECTED', ended: { code: 'RISK_REFUSED' } },
    });
  });

  it.each(['IDENTITY', 'ISSUANCE'])(
    'A DELAY of the decision %s is served before the signature',
    async (decision) => {
      const performance = always(delay, [decision]);
      const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED', performance);
      const request = await applicant.requestCertificate();
      await perform(world, applicant.reissueId, request, performance);
      expect(await applicant.row()).toMatchObject({
        state: 'COOLING_OFF',
        cooling_off_until: new Date(world.clock.now().getTime() + day / 2),
        serial: null,
      });
    },
  );

  it('An address outside the domestic networks is a foreign one', async () => {
    const foreign = under([{ when: { network: ['FOREIGN'] }, then: refuse }]);
    const riskPolicy = riskPolicySchema.parse({
      version: 'spec',
      rules: [{ name: 'foreign', when: { network: ['FOREIGN'] }, then: refuse }],
    });
    const listed = { activities: world.activitiesWith({ riskPolicy, domesticNetworks: ['192.0.2.0/24'] }) };
    const from = (address: string) => ({ origin: { address, agent: 'spec' } });
    const stateOf = async (application: Application & Performance) =>
      (await verified(await customer(world), application)).answered.reissue?.state;
    expect(await stateOf({ ...foreign, ...from('203.0.113.9') })).toBe('PASSWORD_REQUIRED');
    expect(await stateOf({ ...listed, ...from('::ffff:192.0.2.9') })).toBe('PASSWORD_REQUIRED');
    expect(await stateOf({ ...listed, ...from('203.0.113.9') })).toBe('REJECTED');
  });
});

describe('a policy and who it decides on', () => {
  it('A policy that changes midway decides only on reissues that begin after it', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const performance = always(refuse);
    await continueTo(applicant, 'ISSUED', performance);
    const digests = (await decisionsOf(applicant)).map(({ details }) => details['policy']);
    const { risk_policy } = await applicant.row();
    expect(digests).toEqual([risk_policy, risk_policy]);
    const later = await verified(await customer(world), performance);
    expect(later.answered.reissue?.state).toBe('REJECTED');
    expect((await later.applicant.row()).risk_policy).not.toBe(risk_policy);
  });

  it('A reissue from before risk policies is decided by the current one', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    await world.owner
      .updateTable('reissue')
      .set({ risk_policy: null })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    await continueTo(applicant, 'ISSUED');
    expect(await decisionsOf(applicant)).toHaveLength(2);
  });

  it('A person who is not a customer is refused as before, and no decision is made', async () => {
    const performance = always(refuse);
    const applicant = await Applicant.of(world, stranger(world));
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE', 'ID_DOCUMENT']), performance);
    const answers = { PHONE_CODE: undefined, ID_DOCUMENT: undefined };
    const message = await applicant.answerChallenges(answers);
    await perform(world, applicant.reissueId, message, performance);
    expect((await outcomeOf(applicant, message.updateId)).reissue).toMatchObject({
      state: 'REJECTED',
      ended: { code: 'IDENTITY_MISMATCH' },
    });
    expect(await decisionsOf(applicant)).toEqual([]);
  });

  it('A decision for a known device sees it as known, and the starts and wrong answers of the day', async () => {
    const person = await customer(world);
    const device = 'a'.repeat(64);
    const origin = { address: '192.0.2.1', agent: 'spec', device };
    await walkTo(world, person, 'REGISTERED', { origin });
    world.clock.advance(1_000);
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { origin });
    await perform(world, applicant.reissueId, await applicant.answerChallenges({ PHONE_CODE: '999999' }));
    await answer(applicant, 'ONE_WON');
    await answer(applicant, 'PHONE_CODE');
    expect((await decisionsOf(applicant))[0]!.details['facts']).toMatchObject({
      ...{ device: 'KNOWN', startsOfPerson: 2, startsOnDevice: 2, personsOnDevice: 1 },
      ...{ triesOfPerson: 1, triesOnDevice: 1 },
    });
  });
});
