import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { destroyStaleVaultItems } from '#libs/db/reissues';
import type { OperatorRetry } from '#libs/domain';
import { Applicant } from '../../world/applicant.js';
import { day, hour, minute, second } from '../../world/movable-clock.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import {
  auditOf,
  effectOf,
  eventTypesOf,
  everythingOf,
  expectSoundRecords,
  inForce,
  outcomeOf,
  vaultItemsOf,
} from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());
afterEach(() => {
  world.outside.telecom.fault = undefined;
  world.outside.oneWon.fault = undefined;
});

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };
const retry = (parkSequence: number, operator = 'staff:oscar'): OperatorRetry => ({
  kind: 'retry',
  operator,
  reason: 'the provider is back',
  parkSequence,
});
const abandon = { kind: 'abandon', operator: 'staff:oscar', reason: 'it stays broken' } as const;

/** A reissue whose answers could not be verified, because the telecom provider is down. */
async function parked() {
  const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
  const message = await applicant.answerChallenges(rightCodes);
  world.outside.telecom.fault = 'down';
  const result = await perform(world, applicant.reissueId, message);
  return { applicant, message, result };
}

describe('a step whose dependency is broken', () => {
  it('A step with a broken dependency parks the reissue, and a retry completes it without the customer', async () => {
    const { applicant, message, result } = await parked();
    const since = world.clock.now();
    expect(result).toMatchObject({
      status: 'PARKED',
      standing: {
        state: 'IDENTITY_REQUIRED',
        alarm: new Date(since.getTime() + 72 * hour).toISOString(),
        parked: { step: 'VERIFY_CHALLENGES', code: 'DEPENDENCY_UNAVAILABLE', sequence: 1 },
      },
    });
    expect(await vaultItemsOf(applicant)).toBe(2);

    world.outside.telecom.fault = undefined;
    world.clock.advance(20 * hour);
    expect(await perform(world, applicant.reissueId, retry(1))).toMatchObject({
      status: 'DONE',
      standing: { state: 'PASSWORD_REQUIRED', parked: null },
    });
    expect(await outcomeOf(applicant, message.updateId)).toMatchObject({
      results: [{ accepted: true }, { accepted: true }],
    });
    expect(await vaultItemsOf(applicant)).toBe(0);
    expect(await eventTypesOf(applicant)).toEqual([
      'reissue.started',
      'reissue.parked',
      'reissue.resumed',
      'reissue.identity-verified',
    ]);
    await continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it('A start with a broken dependency parks the reissue, and the retry sends the challenges', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const start = applicant.start();
    world.outside.oneWon.fault = 'down';
    expect(await perform(world, applicant.reissueId, start)).toMatchObject({
      status: 'PARKED',
      standing: { parked: { step: 'SEND_CHALLENGES' } },
    });
    world.outside.oneWon.fault = undefined;
    world.clock.advance(hour);
    await perform(world, applicant.reissueId, retry(1));
    const { challenges } = await outcomeOf(applicant, start.updateId);
    expect(challenges?.map(({ expiresAt }) => new Date(expiresAt).getTime())).toEqual([
      world.clock.now().getTime() + 10 * minute,
      world.clock.now().getTime() + 3 * minute,
    ]);
    await continueTo(applicant, 'REGISTERED');
  });

  it('A step with an unknown outcome is looked up by id and not repeated', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    world.outside.telecom.fault = 'lost';
    const before = world.outside.telecom.comparisons.length;
    await perform(world, applicant.reissueId, await applicant.answerChallenges(rightCodes));
    world.outside.telecom.fault = undefined;
    await perform(world, applicant.reissueId, retry(1));
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
    expect(world.outside.telecom.comparisons.length).toBe(before + 1);
  });

  it('A step parks again while its dependency is broken, and keeps the customer’s input', async () => {
    const { applicant } = await parked();
    for (const sequence of [1, 2, 3]) {
      world.clock.advance(hour);
      expect(await perform(world, applicant.reissueId, retry(sequence))).toMatchObject({
        status: 'PARKED',
        standing: { parked: { sequence: sequence + 1 } },
      });
    }
    expect(await vaultItemsOf(applicant)).toBe(2);
    world.outside.telecom.fault = undefined;
    await perform(world, applicant.reissueId, retry(4));
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
    await expectSoundRecords(applicant);
  });

  it('A parked step inside an application is retried with the rest of the application', async () => {
    const applicant = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
    const parts = [
      await applicant.submitPassword(),
      applicant.giveConsents(),
      await applicant.requestCertificate(),
    ];
    const apply = applicant.apply(parts);
    const broken = { ...world, signing: { issueCertificate: () => Promise.reject(new Error('no signer')) } };
    expect(await perform(broken, applicant.reissueId, apply)).toMatchObject({
      status: 'PARKED',
      standing: { state: 'ISSUING', parked: { step: 'ISSUE_CERTIFICATE' } },
    });
    expect(await perform(world, applicant.reissueId, retry(1))).toMatchObject({
      status: 'DONE',
      standing: { state: 'ISSUED' },
    });
    expect(await outcomeOf(applicant, apply.updateId)).toMatchObject({
      status: 'DONE',
      reissue: { state: 'ISSUED' },
    });
    expect((await applicant.row()).steps).toBe(6);
    await continueTo(applicant, 'REGISTERED');
  });
});

describe('a parked reissue', () => {
  it('A parked reissue refuses every message but cancel, and changes nothing', async () => {
    const { applicant } = await parked();
    const messages = [
      applicant.requestChallenges(['PHONE_CODE']),
      await applicant.answerChallenges(rightCodes),
      await applicant.submitPassword(),
      await applicant.resetPassword('Brand-new-1'),
      applicant.giveConsents(),
      await applicant.requestCertificate(),
      await applicant.proveRegistration(),
    ];
    const before = await effectOf(applicant);
    for (const message of messages)
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        status: 'REFUSED',
        code: 'PARKED',
      });
    expect(await effectOf(applicant)).toEqual(before);
  });

  it('A parked reissue can be cancelled by the customer and is not retried then', async () => {
    const { applicant } = await parked();
    expect(await perform(world, applicant.reissueId, applicant.cancel())).toMatchObject({
      status: 'DONE',
      standing: { state: 'CANCELLED', parked: null },
    });
    expect(await vaultItemsOf(applicant)).toBe(0);
    expect(await perform(world, applicant.reissueId, retry(1))).toMatchObject({ code: 'NOT_PARKED' });
    await expectSoundRecords(applicant);
  });

  it('A parked reissue keeps its secrets, however long it waits', async () => {
    const other = await walkTo(world, await customer(world), 'CONSENT_REQUIRED');
    const { applicant } = await parked();
    await other.submitPassword(); // the message was stored and never used
    world.clock.advance(2 * day);
    await destroyStaleVaultItems(world.owner, new Date(world.clock.now().getTime() - day));
    expect(await vaultItemsOf(other)).toBe(0);
    expect(await vaultItemsOf(applicant)).toBe(2);
  });

  it('A parked reissue has its deadline moved by the time it was parked', async () => {
    const start = world.clock.now();
    const { applicant } = await parked();
    world.clock.advance(2 * hour);
    expect((await world.activities.applyDeadlines(applicant.reissueId)).standing.state).toBe(
      'IDENTITY_REQUIRED',
    );
    world.outside.telecom.fault = undefined;
    const { standing } = await perform(world, applicant.reissueId, retry(1));
    expect(standing.alarm).toBe(new Date(start.getTime() + 2 * hour + 30 * minute).toISOString());
    world.clock.advance(30 * minute);
    expect((await world.activities.applyDeadlines(applicant.reissueId)).standing.state).toBe('TIMED_OUT');
  });

  it('A parked reissue is abandoned after 72 hours, and its steps are undone', async () => {
    const { applicant } = await parked();
    world.clock.advance(72 * hour - 2 * second);
    expect((await world.activities.applyDeadlines(applicant.reissueId)).standing.parked).not.toBeNull();
    world.clock.advance(2 * second);
    expect((await world.activities.applyDeadlines(applicant.reissueId)).standing).toMatchObject({
      state: 'ABANDONED',
    });
    expect(await vaultItemsOf(applicant)).toBe(0);
    expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
    await expectSoundRecords(applicant);
  });
});

describe('an operator', () => {
  it('One parking is retried once, also by two operators at once', async () => {
    const { applicant } = await parked();
    world.outside.telecom.fault = undefined;
    const before = world.outside.telecom.comparisons.length;
    await perform(world, applicant.reissueId, retry(1));
    const after = await everythingOf(applicant);
    expect(await perform(world, applicant.reissueId, retry(1, 'staff:otto'))).toMatchObject({
      status: 'DONE',
      standing: { state: 'PASSWORD_REQUIRED' },
    });
    expect(await everythingOf(applicant)).toEqual(after);
    expect(world.outside.telecom.comparisons.length).toBe(before + 1);
    expect((await auditOf(applicant)).filter(({ action }) => action === 'retry')).toHaveLength(1);
  });

  it('A retry of an earlier parking retries nothing', async () => {
    const { applicant } = await parked();
    await perform(world, applicant.reissueId, retry(1)); // the reissue parks again
    const before = await effectOf(applicant);
    for (const sequence of [0, 1, 3])
      expect(await perform(world, applicant.reissueId, retry(sequence))).toMatchObject({
        status: 'REFUSED',
        code: 'NOT_PARKED',
      });
    expect(await effectOf(applicant)).toEqual(before);
    expect((await auditOf(applicant)).slice(-3)).toMatchObject(
      Array(3).fill({ actor: 'system', action: 'retry', outcome: 'REFUSED', reason: 'NOT_PARKED' }),
    );
    await expectSoundRecords(applicant);
  });

  it('A retry happens once although the worker dies during it', async () => {
    const { applicant } = await parked();
    world.outside.telecom.fault = undefined;
    const result = await perform(world, applicant.reissueId, retry(1), { crashing: true });
    expect(result).toMatchObject({ status: 'DONE', standing: { state: 'PASSWORD_REQUIRED' } });
    expect((await eventTypesOf(applicant)).filter((type) => type === 'reissue.resumed')).toHaveLength(1);
    await expectSoundRecords(applicant);
  });

  it('An operator abandons a parked reissue once', async () => {
    const { applicant } = await parked();
    const first = await perform(world, applicant.reissueId, abandon, { crashing: true });
    expect(first).toMatchObject({ status: 'DONE', standing: { state: 'ABANDONED', alarm: null } });
    expect(await vaultItemsOf(applicant)).toBe(0);
    expect((await eventTypesOf(applicant)).filter((type) => type === 'reissue.abandoned')).toHaveLength(1);
    expect((await auditOf(applicant)).at(-1)).toMatchObject({
      actor: 'staff:oscar',
      action: 'abandon',
      reason: 'it stays broken',
    });
    await expectSoundRecords(applicant);
  });

  it('An operator cannot abandon a reissue that is not parked', async () => {
    const applicant = await walkTo(world, await customer(world), 'ISSUED');
    const before = await effectOf(applicant);
    expect(await perform(world, applicant.reissueId, abandon)).toMatchObject({
      status: 'REFUSED',
      code: 'NOT_PARKED',
    });
    expect(await effectOf(applicant)).toEqual(before);
  });

  it('An abandoned reissue at the CA revokes a certificate that arrives later', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const request = await applicant.requestCertificate();
    const unheard = {
      ...world,
      signing: {
        issueCertificate: async (asked: Parameters<World['signing']['issueCertificate']>[0]) => {
          await world.signing.issueCertificate(asked);
          throw new Error('the answer is lost');
        },
      },
    };
    await perform(unheard, applicant.reissueId, request);
    expect((await applicant.row()).parked_step).toBe('ISSUE_CERTIFICATE');
    await perform(world, applicant.reissueId, abandon);
    const made = await world.owner
      .selectFrom('certificate')
      .selectAll()
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    expect(made).toMatchObject([{ state: 'STORED', revocation_reason: 'cessationOfOperation' }]);
  });
});

describe('a reissue that ended while its step was going wrong', () => {
  it('A reissue that ended while its step failed is not parked', async () => {
    const applicant = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
    const message = await applicant.answerChallenges(rightCodes);
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(
      await world.activities.parkReissue(applicant.reissueId, {
        step: 'VERIFY_CHALLENGES',
        code: 'OUTCOME_UNKNOWN',
        message,
      }),
    ).toMatchObject({
      status: 'REFUSED',
      code: 'WRONG_STATE',
      standing: { state: 'CANCELLED', parked: null },
    });
  });
});

describe('a lost workflow', () => {
  it('A lost workflow resumes unfinished work, but no parked or ended reissue', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const request = await applicant.requestCertificate();
    await world.activities.requestCertificate(applicant.reissueId, request);
    const adopted = await world.activities.readReissue(applicant.reissueId);
    expect(adopted).toMatchObject({
      standing: { state: 'ISSUING' },
      pending: { updateId: request.updateId },
    });
    await perform(world, applicant.reissueId, adopted.pending!);
    expect((await applicant.row()).state).toBe('ISSUED');

    const waiting = await parked();
    const standing = waiting.result.standing;
    expect(await world.activities.readReissue(waiting.applicant.reissueId)).toEqual({
      standing,
      status: 'DONE',
      customerRef: (await waiting.applicant.row()).customer_ref,
    });
  });
});
