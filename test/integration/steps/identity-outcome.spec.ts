import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BlockSource, IdentityMethod } from '#libs/domain';
import { inTransaction } from '#libs/db';
import { certificateBySerial } from '#libs/db/certificates';
import { blockOf, blockReissues, liftBlock } from '#libs/db/customers';
import { Applicant } from '../../world/applicant.js';
import { answer, ask, findingsOf, identityOutcome, lock, wrongAnswers } from '../../world/answers.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, eventsOf, inForce, outcomeOf, vaultItemsOf } from '../../world/records.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const policy = '2026-11';
const newCi = () => randomBytes(64).toString('base64');

/** Answers correctly by each of these methods in turn. */
async function verify(person: Person, methods: readonly IdentityMethod[]): Promise<Applicant> {
  const applicant = await Applicant.of(world, person);
  await perform(world, applicant.reissueId, applicant.start(methods));
  for (const method of methods)
    expect(await answer(applicant, { [method]: undefined })).toEqual(['ACCEPTED']);
  return applicant;
}

/** Everything that customer and subscribers see of the end, without values that differ in each reissue. */
async function seen(applicant: Applicant) {
  const last = await outcomeOf(applicant, (await lastAnswers(applicant)).update_id);
  const reissue = { ...last.reissue, id: '', receiptNumber: '', createdAt: '', updatedAt: '' };
  const { type, data } = (await eventsOf(applicant)).at(-1)!;
  return {
    reissue,
    status: last.status,
    results: last.results?.length,
    type,
    code: data.code,
    state: data.state,
  };
}

async function lastAnswers({ reissueId }: Applicant) {
  return world.owner
    .selectFrom('step')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .where('kind', '=', 'answerChallenges')
    .orderBy('recorded_at', 'desc')
    .orderBy('update_id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
}

describe('name, number and CI of different people', () => {
  const { telecom, oneWon, documents } = {
    telecom: (person: Person, ci: string) => world.outside.telecom.knows(person, ci),
    oneWon: (person: Person, ci: string) => world.outside.oneWon.knows(person, ci),
    documents: (person: Person, ci: string) => world.outside.documents.knows(person, ci),
  };
  const cases: readonly [
    string,
    readonly IdentityMethod[],
    () => Promise<Person>,
    { readonly finding: string; readonly otherPerson?: readonly IdentityMethod[] },
  ][] = [
    [
      'the transfer reached another person',
      ['PHONE_CODE', 'ONE_WON'],
      async () => withOther(await customer(world), oneWon),
      { finding: 'OTHER_PERSON', otherPerson: ['ONE_WON'] },
    ],
    [
      'the number is another person’s by now',
      ['PHONE_CODE', 'OLD_CERTIFICATE'],
      async () => withOther(await customer(world), telecom),
      { finding: 'OTHER_PERSON', otherPerson: ['PHONE_CODE'] },
    ],
    [
      'the document and the number are another person’s',
      ['ID_DOCUMENT', 'PHONE_CODE'],
      async () => withOther(await customer(world), telecom, documents),
      { finding: 'OTHER_PERSON', otherPerson: ['ID_DOCUMENT', 'PHONE_CODE'] },
    ],
    [
      'a customer names a number that is not on file',
      ['PHONE_CODE', 'ID_DOCUMENT'],
      async () => {
        const { ci } = await customer(world);
        const person = stranger(world);
        telecom(person, ci);
        documents(person, ci);
        return person;
      },
      { finding: 'NAMED_OTHERWISE' },
    ],
    [
      'the methods name two people, neither of them a customer',
      ['PHONE_CODE', 'ID_DOCUMENT'],
      async () => withOther(stranger(world), documents),
      { finding: 'METHODS_DISAGREE' },
    ],
    [
      'the identity is proved, but is no customer’s',
      ['PHONE_CODE', 'ID_DOCUMENT'],
      async () => stranger(world),
      { finding: 'NOT_A_CUSTOMER' },
    ],
  ];
  function withOther(person: Person, ...tell: ((person: Person, ci: string) => void)[]): Person {
    const ci = newCi();
    for (const each of tell) each(person, ci);
    return person;
  }

  it.each(cases)(
    'Name, number and CI of different people end the reissue, and the audit entry says why: %s',
    async (_what, methods, make, details) => {
      const person = await make();
      const before = await inForce(world, person.customerId);
      const applicant = await verify(person, methods);
      expect(await identityOutcome(applicant)).toEqual({
        outcome: 'REJECTED',
        reason: 'IDENTITY_MISMATCH',
        details: { policy, verified: methods.toSorted(), ...details },
      });
      expect(await applicant.row()).toMatchObject({ state: 'REJECTED', basis: null, old_serial: null });
      expect(await inForce(world, person.customerId)).toEqual(before);
      expect(await vaultItemsOf(applicant)).toBe(0);
    },
  );

  it('Name, number and CI of different people give the same answer and reveal no data', async () => {
    const ends = [];
    for (const [, methods, make] of cases) {
      const person = await make();
      const applicant = await verify(person, methods);
      ends.push(await seen(applicant));
      const told = JSON.stringify([await eventsOf(applicant), await auditOf(applicant), ends]);
      expect(told).not.toContain(person.ci);
      expect(told).not.toContain('ci"');
    }
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it('An additional method that names another person ends the reissue too', async () => {
    const person = await customer(world);
    oneWon(person, newCi());
    const applicant = await verify(person, ['ONE_WON', 'OLD_CERTIFICATE']);
    await ask(applicant, ['PHONE_CODE']);
    await answer(applicant, { PHONE_CODE: undefined });
    expect((await applicant.row()).state).toBe('REJECTED');
  });
});

describe('the auditor reads', () => {
  it('The audit trail names policy and methods of a verified identity', async () => {
    const applicant = await verify(await customer(world), ['PHONE_CODE', 'ID_DOCUMENT']);
    expect(await identityOutcome(applicant)).toEqual({
      outcome: 'VERIFIED',
      reason: null,
      details: { policy, verified: ['ID_DOCUMENT', 'PHONE_CODE'] },
    });
  });

  it('The audit trail names the policy of an identity that can no longer be verified', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE']));
    await lock(applicant, 'PHONE_CODE');
    expect(await identityOutcome(applicant)).toEqual({
      outcome: 'REJECTED',
      reason: 'IDENTITY_LOCKED',
      details: { policy, verified: [] },
    });
  });

  it('The audit trail names the policy for a customer without a number', async () => {
    const applicant = await verify(await customer(world, { withoutRrn: true }), ['PHONE_CODE', 'ONE_WON']);
    expect(await identityOutcome(applicant)).toMatchObject({
      reason: 'RRN_NOT_ON_FILE',
      details: { policy, verified: ['ONE_WON', 'PHONE_CODE'] },
    });
  });

  it('A blocked person is refused once the identity is verified, and the lost certificate is suspended', async () => {
    const person = await customer(world);
    const applicant = await Applicant.of(world, person, { reason: 'LOST' });
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE', 'ONE_WON']));
    const { customer_ref: customerRef } = await applicant.row();
    const worker = world.as('worker', 2);
    const about = { customerRef, reason: 'FRAUD_SUSPECTED', by: 'system', at: world.clock.now() } as const;
    const block = (source: BlockSource) =>
      inTransaction(worker, (tx) => blockReissues(tx, { ...about, source }));
    expect([await block('bank-event'), await block('bank-event'), await block('stop-link')]).toEqual([
      ...[true, false, true],
    ]);
    await answer(applicant, { PHONE_CODE: undefined });
    expect((await applicant.row()).state).toBe('IDENTITY_REQUIRED');
    await answer(applicant, { ONE_WON: undefined });
    expect((await seen(applicant)).reissue).toMatchObject({
      state: 'REJECTED',
      ended: { code: 'REISSUES_BLOCKED', text: { en: expect.stringMatching(/branch.*centre/) } },
    });
    expect(await certificateBySerial(world.owner, person.oldSerial!)).toMatchObject({
      hold_at: expect.any(Date),
    });

    const lift = (...sources: BlockSource[]) =>
      inTransaction(worker, (tx) => liftBlock(tx, { customerRef, sources, by: 'system', at: about.at }));
    expect([await lift('customer'), await lift('bank-event')]).toEqual([false, true]);
    expect(await inTransaction(worker, (tx) => blockOf(tx, customerRef))).toMatchObject({
      source: 'stop-link',
    });
    expect(await identityOutcome(await verify(person, ['PHONE_CODE', 'ONE_WON']))).toMatchObject({
      reason: 'REISSUES_BLOCKED',
    });
    expect(await lift('stop-link')).toBe(true);
    await walkTo(world, person, 'PASSWORD_REQUIRED');
  });

  it('The audit trail has the finding of each answer, which the customer does not get', async () => {
    const applicant = await Applicant.of(world, stranger(world));
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT']));
    await answer(applicant, wrongOf('PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT'));
    await answer(applicant, { PHONE_CODE: undefined });
    expect((await findingsOf(applicant)).toSorted()).toEqual([
      'ID_DOCUMENT WRONG NOT_GENUINE',
      'ONE_WON WRONG NOTHING_SENT',
      'PHONE_CODE ACCEPTED',
      'PHONE_CODE WRONG OTHER_CODE',
    ]);
    const steps = await world.owner
      .selectFrom('step')
      .select('outcome')
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    expect(JSON.stringify(steps)).not.toMatch(/NOTHING_SENT|NOT_GENUINE|OTHER_CODE/);
  });
});

function wrongOf(...methods: IdentityMethod[]) {
  return Object.fromEntries(methods.map((method) => [method, wrongAnswers[method]]));
}
