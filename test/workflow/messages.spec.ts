import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Applicant } from '../world/applicant.js';
import { hour, minute } from '../world/movable-clock.js';
import { certificatesOf, expectSoundRecords, inForce } from '../world/records.js';
import { until } from '../support/until.js';
import { untilWorkflowCompleted } from '../support/workflows.js';
import { gate } from './gate.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

const stepsOf = ({ reissueId }: Applicant) =>
  stage.world.owner.selectFrom('step').selectAll().where('reissue_id', '=', reissueId).execute();
const stateOf = async (applicant: Applicant) => (await applicant.row()).state;

describe('a message', () => {
  it('A message sent twice at the same time, and once later, runs one step and has one answer', async () => {
    const applicant = await stage.arrive('PASSWORD_REQUIRED');
    const call = await applicant.submitPassword();
    const twice = await Promise.all([stage.sendMessage(applicant, call), stage.sendMessage(applicant, call)]);
    const later = await stage.sendMessage(applicant, call);
    expect(twice[0]).toMatchObject({ status: 'DONE', standing: { state: 'CONSENT_REQUIRED' } });
    for (const answer of [twice[1], later]) expect(answer).toEqual(twice[0]);
    expect((await stepsOf(applicant)).filter(({ kind }) => kind === 'submitPassword')).toHaveLength(1);
    expect(await applicant.row()).toMatchObject({ steps: 3 });
  });

  it('A message sent again as another update gets the recorded answer', async () => {
    const applicant = await stage.arrive('PASSWORD_REQUIRED');
    const call = await applicant.submitPassword();
    await stage.sendMessage(applicant, call);
    await stage.continueTo(applicant, 'KEY_REQUIRED');
    const again = await stage
      .workflowOf(applicant)
      .executeUpdate(call.kind, { updateId: `${call.updateId}@9`, args: [call] });
    expect(again).toMatchObject({ status: 'DONE', requestHmac: call.requestHmac });
    expect(await applicant.row()).toMatchObject({ state: 'KEY_REQUIRED', steps: 4 });
  });

  it('A start that is sent often starts one reissue', async () => {
    const applicant = await stage.arrive('START');
    const sent = stage.world.outside.telecom.sends.length;
    const call = applicant.start();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => stage.sendMessage(applicant, call)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(stage.world.outside.telecom.sends.length).toBe(sent + 1);
    const events = (await stage.time.historyOf(stage.workflowOf(applicant).workflowId)).events ?? [];
    expect(events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toHaveLength(1);
  });

  it('A message that the state does not accept is refused and changes nothing', async () => {
    const applicant = await stage.arrive('PASSWORD_REQUIRED');
    const answer = await stage.sendMessage(applicant, applicant.giveConsents());
    expect(answer).toMatchObject({ status: 'REFUSED', code: 'WRONG_STATE' });
    expect(await stateOf(applicant)).toBe('PASSWORD_REQUIRED');
  });
});

describe('cancelling', () => {
  it('A cancellation waits for a running signature, and its certificate is withdrawn', async () => {
    const applicant = await stage.arrive('KEY_REQUIRED');
    const signature = gate();
    stage.substitute('issueCertificate', async (...args: never[]) => {
      await signature.pass();
      return (stage.world.signing.issueCertificate as (...args: never[]) => Promise<unknown>)(...args);
    });
    const request = await stage.post(applicant, await applicant.requestCertificate());
    await signature.reached;
    const cancel = await stage.post(applicant, applicant.cancel());
    expect(await stateOf(applicant)).toBe('ISSUING');
    signature.open();
    expect(await request.result()).toMatchObject({ status: 'DONE', standing: { state: 'ISSUED' } });
    expect(await cancel.result()).toMatchObject({ status: 'DONE', standing: { state: 'WITHDRAWN' } });
    expect(await stage.endOf(applicant)).toBe('WITHDRAWN');
    const { person } = applicant;
    const made = (await certificatesOf(stage.world, person.customerId)).find(
      ({ serial }) => serial !== person.oldSerial,
    );
    expect(made).toMatchObject({ revocation_reason: 'cessationOfOperation' });
    expect(await inForce(stage.world, person.customerId)).toEqual([person.oldSerial]);
    await expectSoundRecords(applicant);
  });
});

describe('a newer reissue of the same person', () => {
  it('A newer reissue ends the older one once identity is verified, and signals its workflow', async () => {
    const older = await stage.arrive('CONSENT_REQUIRED');
    const newer = await stage.arrive('PASSWORD_REQUIRED', { person: older.person });
    expect(await stateOf(older)).toBe('CANCELLED');
    await untilWorkflowCompleted(stage.time.client, older.reissueId);
    await stage.continueTo(newer, 'REGISTERED');
    expect(await stage.endOf(newer)).toBe('REGISTERED');
  });

  it('A newer reissue withdraws an unregistered certificate', async () => {
    const older = await stage.arrive('ISSUED');
    await stage.arrive('PASSWORD_REQUIRED', { person: older.person });
    await untilWorkflowCompleted(stage.time.client, older.reissueId);
    expect(await stateOf(older)).toBe('WITHDRAWN');
  });
});

describe('a failing messenger', () => {
  it('A reissue and its workflow do not wait for notifications', async () => {
    stage.world.outside.messenger.down = true;
    const applicant = await stage.arrive('REGISTERED');
    await untilWorkflowCompleted(stage.time.client, applicant.reissueId);
    expect(stage.world.outside.messenger.notificationsTo(applicant.person)).toEqual([]);
  });

  it('A workflow that sends a notification itself tries for an hour, and then ends', async () => {
    stage.failToNotifyAfter('proveRegistration');
    const applicant = await stage.arrive('REGISTERED');
    const from = await stage.time.now();
    expect(await stage.endOf(applicant)).toBe('REGISTERED');
    const passed = (await stage.time.now()) - from;
    expect(passed).toBeGreaterThan(50 * minute);
    expect(passed).toBeLessThan(2 * hour);
  });

  it('Messages after the end of a reissue are refused at once', async () => {
    stage.failToNotifyAfter('proveRegistration');
    const applicant = await stage.arrive('REGISTERED');
    const refused = { status: 'REFUSED', code: 'WRONG_STATE', standing: { state: 'REGISTERED' } };
    expect(await stage.sendMessage(applicant, applicant.cancel())).toMatchObject(refused);
    expect(await stage.sendMessage(applicant, applicant.giveConsents())).toMatchObject(refused);
    await stage.endOf(applicant);
  });

  it('Delayed notifications are sent once the messenger works again', async () => {
    const { messenger } = stage.world.outside;
    messenger.down = true;
    const applicant = await stage.arrive('REGISTERED');
    await stage.skip(10 * minute);
    messenger.down = false;
    await stage.skip(minute);
    expect([...messenger.notificationsTo(applicant.person)].sort()).toEqual(['NEW_DEVICE', 'REGISTERED']);
  });
});

describe('a workflow that has ended', () => {
  it('An ended workflow accepts no message', async () => {
    const applicant = await stage.arrive('PASSWORD_REQUIRED');
    await stage.sendMessage(applicant, applicant.cancel());
    await stage.endOf(applicant);
    const call = applicant.giveConsents();
    await expect(stage.sendMessage(applicant, call)).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
    await until('the state', async () => (await stateOf(applicant)) === 'CANCELLED');
  });
});
