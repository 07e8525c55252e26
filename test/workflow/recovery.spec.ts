import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowIdOf, taskQueues } from '#libs/domain';
import { WorkflowFailedError } from '@temporalio/client';
import { Applicant } from '../world/applicant.js';
import { minute, second } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { certificatesOf, expectSoundRecords } from '../world/records.js';
import { until } from '../support/until.js';
import { statusOfWorkflow } from '../support/workflows.js';
import { gate } from './gate.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

const terminate = (applicant: Applicant) => stage.workflowOf(applicant).terminate('by hand');

describe('a workflow that was terminated', () => {
  it.each(['IDENTITY_REQUIRED', 'KEY_REQUIRED', 'ISSUED'] as const)(
    'A workflow terminated in %s continues from its row',
    async (state) => {
      const applicant = await stage.arrive(state);
      await stage.untilIdle(applicant);
      await terminate(applicant);
      await stage.resume(applicant);
      await stage.continueTo(applicant, 'REGISTERED');
      expect(await stage.endOf(applicant)).toBe('REGISTERED');
      await expectSoundRecords(applicant);
    },
  );

  it('A workflow terminated while parked still waits for the operator', async () => {
    stage.world.outside.telecom.fault = 'down';
    const applicant = await stage.arrive('START');
    await stage.sendAndSkip(applicant, applicant.start(), 90 * second);
    await terminate(applicant);
    stage.restore();
    await stage.resume(applicant);
    const retry = { kind: 'retry', operator: 'staff:oscar', reason: 'it is back', parkSequence: 1 } as const;
    expect(await stage.sendMessage(applicant, applicant.giveConsents())).toMatchObject({ code: 'PARKED' });
    expect(await stage.sendMessage(applicant, retry)).toMatchObject({ status: 'DONE' });
    await stage.continueTo(applicant, 'REGISTERED');
  });

  it('A terminated workflow’s successor keeps the deadline', async () => {
    const applicant = await stage.arrive('CONSENT_REQUIRED');
    await stage.skip(20 * minute);
    await terminate(applicant);
    await stage.resume(applicant);
    expect(await stage.endOf(applicant)).toBe('TIMED_OUT');
    const { created_at: from, ended_at: to } = await applicant.row();
    expect(to!.getTime() - from.getTime()).toBeLessThan(30 * minute + 5 * second);
  });
});

describe('a workflow without a row', () => {
  it('A workflow whose start was refused fails, and the same start can be tried again', async () => {
    await stage.setClock();
    const applicant = await Applicant.of(stage.world, await customer(stage.world));
    const refused = await stage.sendMessage(applicant, { ...applicant.start(), consents: [] });
    expect(refused).toMatchObject({ status: 'REFUSED', code: 'CONSENT_INCOMPLETE', missing: true });
    await expect(stage.endOf(applicant)).rejects.toMatchObject({
      name: WorkflowFailedError.prototype.name,
      cause: { type: 'NoRow' },
    });
    await stage.continueTo(applicant, 'REGISTERED');
    expect(await stage.endOf(applicant)).toBe('REGISTERED');
  });

  it('A workflow without a message within half an hour fails', async () => {
    const applicant = await stage.arrive('START');
    await stage.time.client.workflow.start('reissueCertificate', {
      workflowId: workflowIdOf(applicant.reissueId),
      taskQueue: taskQueues.reissue,
      args: [{ reissueId: applicant.reissueId }],
    });
    await stage.skip(29 * minute);
    expect(await statusOfWorkflow(stage.time.client, applicant.reissueId)).toBe('RUNNING');
    await expect(stage.endOf(applicant)).rejects.toMatchObject({ cause: { type: 'NoRow' } });
  });

  it('A workflow that finds no row to continue from fails', async () => {
    const applicant = await stage.arrive('START');
    await stage.resume(applicant);
    await expect(stage.endOf(applicant)).rejects.toMatchObject({ cause: { type: 'NoRow' } });
    await stage.continueTo(applicant, 'PASSWORD_REQUIRED');
  });
});

describe('a workflow that runs although its reissue has ended', () => {
  /** Runs reconciliation with exactly this workflow as a running one. */
  const reconcile = ({ reissueId }: Applicant) => {
    const { workflow } = stage.time.client;
    const startTime = new Date(stage.world.clock.now().getTime() - 30 * minute);
    const running = [{ workflowId: workflowIdOf(reissueId), startTime }];
    const temporal = {
      workflow: {
        list: async function* () {
          yield* running;
        },
        getHandle: workflow.getHandle.bind(workflow),
        start: async () => undefined, // of operations that other tests left
      },
    } as never;
    return stage.world.activitiesWith({ temporal }).reconcileReissues();
  };

  it('Reconciliation ends the running workflow of an ended reissue', async () => {
    const applicant = await stage.arrive('ISSUED');
    // As after a restore of Temporal from a backup older than the end of the reissue.
    await stage.world.activities.cancelReissue(applicant.reissueId, applicant.cancel());
    await stage.skip(20 * minute);
    expect(await statusOfWorkflow(stage.time.client, applicant.reissueId)).toBe('RUNNING');
    expect(await reconcile(applicant)).toMatchObject({ refreshed: 1 });
    await until('the workflow to end', async () => {
      return (await statusOfWorkflow(stage.time.client, applicant.reissueId)) === 'COMPLETED';
    });
  });

  it('Reconciliation does not signal a workflow that only waits for a notification', async () => {
    const applicant = await stage.arrive('ISSUED');
    stage.failToNotifyAfter('cancelReissue');
    await stage.sendMessage(applicant, applicant.cancel());
    await stage.skip(20 * minute);
    expect(await reconcile(applicant)).toMatchObject({ refreshed: 0 });
    stage.restore();
    expect(await stage.endOf(applicant)).toBe('WITHDRAWN');
  });
});

// Must be the last test: the server's time then stands still, because it waits for the terminated workflow's activity.
describe('a workflow that was terminated in the middle of ISSUING', () => {
  it('A workflow terminated while signing is continued, and one certificate is issued', async () => {
    const applicant = await stage.arrive('KEY_REQUIRED');
    const signature = gate();
    stage.substitute('issueCertificate', async (...args: never[]) => {
      const issued = await (stage.world.signing.issueCertificate as (...a: never[]) => Promise<unknown>)(
        ...args,
      );
      await signature.pass();
      return issued;
    });
    const request = await stage.post(applicant, await applicant.requestCertificate());
    await signature.reached;
    await terminate(applicant);
    await expect(request.result()).rejects.toThrow();
    signature.open();
    stage.restore();
    expect((await applicant.row()).state).toBe('ISSUING');

    await stage.resume(applicant);
    await until('ISSUED', async () => (await applicant.row()).state === 'ISSUED');
    await stage.continueTo(applicant, 'REGISTERED');
    expect(await certificatesOf(stage.world, applicant.person.customerId)).toHaveLength(2);
    await expectSoundRecords(applicant);
  });
});
