import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { failOnPermanentErrors } from '#activities/step';
import type { OperatorRetry } from '#libs/domain';
import type { Applicant } from '../world/applicant.js';
import { expectSoundRecords } from '../world/records.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

type StepName = Parameters<Stage['substitute']>[0];
const retry: OperatorRetry = { kind: 'retry', operator: 'staff:oscar', reason: 'fixed', parkSequence: 1 };

/** Gives a step a bug until `restore`. */
function breakStep(name: StepName): void {
  const broken = async () => {
    throw new TypeError("Cannot read properties of undefined (reading 'row')");
  };
  const { [name]: guarded } = failOnPermanentErrors({ [name]: broken } as Record<
    StepName,
    () => Promise<never>
  >);
  stage.substitute(name, guarded);
}

const stuck = {
  status: 'PARKED',
  standing: { parked: { step: 'RECORD_STEP', code: 'STEP_FAILED', sequence: 1 } },
};

describe('a step with a bug', () => {
  const messages: [
    StepName,
    Parameters<Stage['arrive']>[0],
    (a: Applicant) => Promise<Parameters<Stage['sendMessage']>[1]>,
  ][] = [
    ['recordChallenges', 'START', async (a) => a.start()],
    [
      'recordAnswers',
      'IDENTITY_REQUIRED',
      (a) => a.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined }),
    ],
    [
      'reserveTries',
      'IDENTITY_REQUIRED',
      (a) => a.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined }),
    ],
    ['submitPassword', 'PASSWORD_REQUIRED', (a) => a.submitPassword()],
    ['giveConsents', 'CONSENT_REQUIRED', async (a) => a.giveConsents()],
    ['requestCertificate', 'KEY_REQUIRED', (a) => a.requestCertificate()],
    ['recordIssue', 'KEY_REQUIRED', (a) => a.requestCertificate()],
    ['proveRegistration', 'ISSUED', (a) => a.proveRegistration()],
    [
      'giveConsents',
      'PASSWORD_REQUIRED',
      async (a) => a.apply([await a.submitPassword(), a.giveConsents(), await a.requestCertificate()]),
    ],
  ];

  it.each(messages)(
    'A bug in %s from %s parks the reissue, and the retry completes the step once it is fixed',
    async (step, state, message) => {
      const applicant = await stage.arrive(state);
      stage.leaveCallsToActivities();
      breakStep(step);
      expect(await stage.sendMessage(applicant, await message(applicant))).toMatchObject(stuck);
      stage.restore();
      expect(await stage.sendMessage(applicant, retry)).toMatchObject({
        status: 'DONE',
        standing: { parked: null },
      });
      await stage.continueTo(applicant, 'REGISTERED');
      expect(await stage.endOf(applicant)).toBe('REGISTERED');
      await expectSoundRecords(applicant);
    },
  );

  it('A customer can cancel a reissue that is parked by a bug', async () => {
    const applicant = await stage.arrive('CONSENT_REQUIRED');
    breakStep('giveConsents');
    expect(await stage.sendMessage(applicant, applicant.giveConsents())).toMatchObject(stuck);
    expect(await stage.sendMessage(applicant, applicant.cancel())).toMatchObject({ status: 'DONE' });
    expect(await stage.endOf(applicant)).toBe('CANCELLED');
  });

  it('A bug in the start ends the workflow, and the start can be tried again', async () => {
    const applicant = await stage.arrive('START');
    const start = applicant.start();
    breakStep('startReissue');
    expect(await stage.sendMessage(applicant, start)).toMatchObject({ status: 'REFUSED', missing: true });
    await expect(stage.endOf(applicant)).rejects.toMatchObject({ cause: { type: 'NoRow' } });
    stage.restore();
    expect(await stage.sendMessage(applicant, start)).toMatchObject({
      standing: { state: 'IDENTITY_REQUIRED' },
    });
  });

  it('A bug in the deadlines ends the workflow, which continues from its row once it is fixed', async () => {
    const applicant = await stage.arrive('CONSENT_REQUIRED');
    breakStep('applyDeadlines');
    await expect(stage.endOf(applicant)).rejects.toMatchObject({ name: 'WorkflowFailedError' });
    expect((await applicant.row()).state).toBe('CONSENT_REQUIRED');
    stage.restore();
    await stage.resume(applicant);
    expect(await stage.endOf(applicant)).toBe('TIMED_OUT');
  });
});
