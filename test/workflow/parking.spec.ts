import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OperatorRetry } from '#libs/domain';
import type { Applicant } from '../world/applicant.js';
import { until } from '../support/until.js';
import { hour, minute, second } from '../world/movable-clock.js';
import { auditOf, expectSoundRecords, inForce } from '../world/records.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

const retry = (parkSequence: number, operator = 'staff:oscar'): OperatorRetry => ({
  kind: 'retry',
  operator,
  reason: 'the provider is back',
  parkSequence,
});

const rightCodes = { PHONE_CODE: undefined, ONE_WON: undefined };

/** An applicant whose answers could not be verified because a provider is down. */
async function parked(): Promise<Applicant> {
  const applicant = await stage.arrive('IDENTITY_REQUIRED');
  const answer = await applicant.answerChallenges(rightCodes);
  stage.world.outside.telecom.fault = 'down';
  const { status } = await stage.sendAndSkip(applicant, answer, 90 * second);
  expect(status).toBe('PARKED');
  return applicant;
}

describe('a provider that is down', () => {
  it('A provider that is down for 60 s parks the reissue, and the caller is answered then', async () => {
    const applicant = await stage.arrive('IDENTITY_REQUIRED');
    const answer = await applicant.answerChallenges(rightCodes);
    stage.world.outside.telecom.fault = 'down';
    const from = await stage.time.now();
    const call = await stage.post(applicant, answer);
    await stage.skip(45 * second);
    expect((await applicant.row()).parked_step).toBeNull();
    await stage.skip(20 * second);
    const { status, standing } = await call.result();
    expect({ status, ...standing }).toMatchObject({
      status: 'PARKED',
      state: 'IDENTITY_REQUIRED',
      parked: { step: 'VERIFY_CHALLENGES', code: 'DEPENDENCY_UNAVAILABLE', sequence: 1 },
    });
    const { parked_since: since } = await applicant.row();
    expect(since!.getTime() - from).toBeLessThan(63 * second);
  });

  it('A parked reissue refuses calls, its deadline stands still, and a retry completes the step', async () => {
    const applicant = await parked();
    const { parked_since: since, deadline } = await applicant.row();
    for (const call of [applicant.requestChallenges(['ONE_WON']), applicant.giveConsents()])
      expect(await stage.sendMessage(applicant, call)).toMatchObject({ status: 'REFUSED', code: 'PARKED' });

    await stage.skip(5 * hour);
    expect(await applicant.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', deadline });
    stage.restore();
    const result = await stage.sendMessage(applicant, retry(1));
    expect(result).toMatchObject({ status: 'DONE', standing: { state: 'PASSWORD_REQUIRED', parked: null } });
    const resumed = (await auditOf(applicant)).find(({ action }) => action === 'retry')!.occurred_at;
    expect((await applicant.row()).deadline!.getTime()).toBe(
      deadline!.getTime() + resumed.getTime() - since!.getTime(),
    );
    await stage.skip(10 * minute);
    await stage.continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it('A start with a provider down is parked, and its retry sends the codes', async () => {
    stage.world.outside.telecom.fault = 'down';
    const applicant = await stage.arrive('START');
    const { status, standing } = await stage.sendAndSkip(applicant, applicant.start(), 90 * second);
    expect({ status, step: standing.parked?.step }).toEqual({ status: 'PARKED', step: 'SEND_CHALLENGES' });
    stage.restore();
    expect(await stage.sendMessage(applicant, retry(1))).toMatchObject({ status: 'DONE' });
    await stage.continueTo(applicant, 'REGISTERED');
  });

  it('A provider that loses its answers is queried before anything is repeated', async () => {
    const { oneWon } = stage.world.outside;
    const sent = oneWon.sends.length;
    oneWon.fault = 'lost';
    const applicant = await stage.arrive('START');
    const { standing } = await stage.sendAndSkip(applicant, applicant.start(), 90 * second);
    expect(standing.parked).toMatchObject({ step: 'SEND_CHALLENGES', code: 'OUTCOME_UNKNOWN' });
    stage.restore();
    expect(await stage.sendMessage(applicant, retry(1))).toMatchObject({ status: 'DONE' });
    expect(oneWon.sends.length).toBe(sent + 1);
  });

  it('A retry with the provider still down parks again, and the customer is notified when it continues', async () => {
    const applicant = await parked();
    const again = await stage.sendAndSkip(applicant, retry(1), 90 * second);
    expect(again).toMatchObject({ status: 'PARKED', standing: { parked: { sequence: 2 } } });
    stage.restore();
    expect(await stage.sendMessage(applicant, retry(2))).toMatchObject({
      standing: { state: 'PASSWORD_REQUIRED' },
    });
    const notified = () => stage.world.outside.messenger.notificationsTo(applicant.person);
    await until('the notification', () => notified().includes('RESUMED-2'));
    expect(notified()).not.toContain('RESUMED-1');
  });
});

describe('a parked reissue', () => {
  it('Two simultaneous retries of one parking run the step once', async () => {
    const applicant = await parked();
    stage.restore();
    const results = await Promise.all([
      stage.sendMessage(applicant, retry(1, 'staff:oscar')),
      stage.sendMessage(applicant, retry(1, 'staff:otto')),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ status: 'DONE', standing: { state: 'PASSWORD_REQUIRED' } });
    const retries = (await auditOf(applicant)).filter(({ action }) => action === 'retry');
    expect(retries).toHaveLength(1);
  });

  it('A parked reissue is abandoned after 72 hours without a retry', async () => {
    const applicant = await parked();
    await stage.skip(71 * hour);
    expect(await applicant.row()).toMatchObject({
      state: 'IDENTITY_REQUIRED',
      parked_code: expect.any(String),
    });
    expect(await stage.endOf(applicant)).toBe('ABANDONED');
    await expectSoundRecords(applicant);
  });

  it('A parked reissue can be cancelled by the customer', async () => {
    const applicant = await parked();
    expect(await stage.sendMessage(applicant, applicant.cancel())).toMatchObject({ status: 'DONE' });
    expect(await stage.endOf(applicant)).toBe('CANCELLED');
  });

  it('An operator can abandon a parked reissue, but none that is not parked', async () => {
    const abandon = { kind: 'abandon', operator: 'staff:oscar', reason: 'the customer was here' } as const;
    const well = await stage.arrive('PASSWORD_REQUIRED');
    expect(await stage.sendMessage(well, abandon)).toMatchObject({ status: 'REFUSED', code: 'NOT_PARKED' });
    const applicant = await parked();
    expect(await stage.sendMessage(applicant, abandon)).toMatchObject({ status: 'DONE' });
    expect(await stage.endOf(applicant)).toBe('ABANDONED');
  });
});

// A queue without any signer is tested on the real server, because the test server skips no time meanwhile.
describe('a signer that cannot sign', () => {
  it('A signer that fails for 2 minutes parks the reissue, and the retry issues the certificate', async () => {
    stage.substitute('issueCertificate', async () => {
      throw new Error('the key store is locked');
    });
    const applicant = await stage.arrive('KEY_REQUIRED');
    const call = await stage.post(applicant, await applicant.requestCertificate());
    await stage.skip(105 * second);
    expect(await applicant.row()).toMatchObject({ state: 'ISSUING', parked_step: null });
    await stage.skip(20 * second);
    expect(await call.result()).toMatchObject({
      status: 'PARKED',
      standing: { state: 'ISSUING', parked: { step: 'ISSUE_CERTIFICATE' } },
    });
    stage.restore();
    await stage.skip(2 * hour);
    expect(await stage.sendMessage(applicant, retry(1))).toMatchObject({ standing: { state: 'ISSUED' } });
    await stage.continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it('A reissue parked at the signer can be cancelled, without a certificate', async () => {
    stage.substitute('issueCertificate', async () => {
      throw new Error('the key store is locked');
    });
    const applicant = await stage.arrive('KEY_REQUIRED');
    await stage.sendAndSkip(applicant, await applicant.requestCertificate(), 130 * second);
    stage.restore();
    expect(await stage.sendMessage(applicant, applicant.cancel())).toMatchObject({ status: 'DONE' });
    expect(await stage.endOf(applicant)).toBe('CANCELLED');
    expect(await stage.sendMessage(applicant, retry(1)).catch((error: Error) => error.name)).toBe(
      'WorkflowNotFoundError',
    );
    expect(await inForce(stage.world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
  });
});

describe('providers that give no answer', () => {
  it('Reissues that wait for a provider without an answer do not delay the others', async () => {
    const { oneWon } = stage.world.outside;
    const other = await stage.arrive('PASSWORD_REQUIRED');
    const waiting = await Promise.all(Array.from({ length: 60 }, () => stage.arrive('START')));
    oneWon.fault = 'hanging';
    const started = waiting.map((applicant) => stage.sendMessage(applicant, applicant.start()));
    await until('the provider to have calls', () => oneWon.waiting > 0);
    await stage.continueTo(other, 'REGISTERED');
    // The others still wait.
    const state = await Promise.race([Promise.all(started), Promise.resolve('waiting')]);
    expect(state).toBe('waiting');
    stage.restore();
    for (const { status } of await Promise.all(started)) expect(status).toBe('DONE');
    for (const applicant of waiting) {
      const { mobile } = applicant.person;
      expect(stage.world.outside.telecom.sends.filter((each) => each.mobile === mobile)).toHaveLength(1);
    }
  });
});
