import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction } from '#libs/db';
import { blockOf } from '#libs/db/customers';
import { withWait } from '#libs/domain';
import type { Applicant } from '../world/applicant.js';
import { day, hour, minute, second } from '../world/movable-clock.js';
import { customer, type Enrolment } from '../world/people.js';
import { auditOf, certificatesOf, expectSoundRecords, inForce, vaultItemsOf } from '../world/records.js';
import { until } from '../support/until.js';
import { requireWait } from '../support/waiting-reissue.js';
import { gate } from './gate.js';
import { Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => void (stage = await Stage.create()));
afterEach(() => stage.restore());
afterAll(() => stage.close());

const notificationsTo = ({ person }: Applicant) => stage.world.outside.messenger.notificationsTo(person);

describe.each(['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED'] as const)(
  'a reissue that waits in %s',
  (state) => {
    it('A reissue ends half an hour after its start, and not before', async () => {
      const applicant = await stage.arrive(state);
      await stage.skip(29 * minute);
      expect((await applicant.row()).state).toBe(state);
      expect(await stage.endOf(applicant)).toBe('TIMED_OUT');
      const { created_at: from, ended_at: to } = await applicant.row();
      expect(to!.getTime() - from.getTime()).toBeGreaterThanOrEqual(30 * minute - second);
      expect(to!.getTime() - from.getTime()).toBeLessThan(30 * minute + 5 * second);
      // Anyone who knows a name and a number can start a reissue. A start alone notifies no customer.
      expect(notificationsTo(applicant)).toEqual(
        state === 'IDENTITY_REQUIRED' ? [] : ['NEW_DEVICE', 'TIMED_OUT'],
      );
      await expectSoundRecords(applicant);
    });
  },
);

describe('a certificate that is not registered', () => {
  async function issued(enrolment: Enrolment, downloaded: boolean): Promise<Applicant> {
    await stage.setClock();
    const person = await customer(stage.world, enrolment);
    const applicant = await stage.arrive('ISSUED', { person });
    if (downloaded)
      await stage.world.owner
        .updateTable('reissue')
        .set({ downloaded_at: stage.world.clock.now() })
        .where('reissue_id', '=', applicant.reissueId)
        .execute();
    return applicant;
  }
  const reminders = async (applicant: Applicant, count: number) =>
    until(`reminder ${count}`, async () => (await applicant.row()).reminders_sent === count);

  it('The customer is reminded after 1 hour and after 12 hours', async () => {
    const applicant = await issued({}, true);
    await stage.skip(59 * minute);
    expect(await applicant.row()).toMatchObject({ reminders_sent: 0 });
    await stage.skip(2 * minute);
    await reminders(applicant, 1);
    await stage.skip(11 * hour - 2 * minute);
    expect(await applicant.row()).toMatchObject({ reminders_sent: 1 });
    await stage.skip(2 * minute);
    await reminders(applicant, 2);
    expect(await stage.endOf(applicant)).toBe('WITHDRAWN');
    expect(notificationsTo(applicant)).toEqual([
      'NEW_DEVICE',
      'ISSUED',
      'REMINDER-1',
      'REMINDER-2',
      'WITHDRAWN',
    ]);
    await expectSoundRecords(applicant);
  });

  it.each([
    ['the old one is in force', { certificateDays: 200 }, true, day],
    ['it was not downloaded', { certificateDays: -3 }, false, day],
    ['nothing is in force and nothing was downloaded', { certificateDays: 'none' }, false, day],
    ['it is downloaded and the only one', { certificateDays: -3 }, true, 7 * day],
    ['it is downloaded and the first', { certificateDays: 'none' }, true, 7 * day],
  ] as const)(
    'An unregistered certificate is withdrawn at its deadline if %s',
    async (_, enrolment, downloaded, time) => {
      const applicant = await issued(enrolment, downloaded);
      await stage.skip(time - 10 * minute);
      expect(await applicant.row()).toMatchObject({ state: 'ISSUED', reminders_sent: 2 });
      expect(await stage.endOf(applicant)).toBe('WITHDRAWN');
      const { issued_at: from, ended_at: to, person } = { ...applicant, ...(await applicant.row()) };
      expect(to!.getTime() - from!.getTime()).toBeGreaterThanOrEqual(time - second);
      expect(to!.getTime() - from!.getTime()).toBeLessThan(time + minute);
      const still = enrolment.certificateDays === 200 ? [person.oldSerial] : [];
      expect(await inForce(stage.world, person.customerId)).toEqual(still);
    },
  );
});

/** A reissue that waits for a day from now on. */
async function cooling(): Promise<Applicant> {
  const applicant = await stage.arrive('KEY_REQUIRED');
  await requireWait(stage.world.owner, applicant.reissueId);
  await stage.skip(10 * minute);
  const { standing } = await stage.sendMessage(applicant, await applicant.requestCertificate());
  expect(standing.state).toBe('COOLING_OFF');
  return applicant;
}

describe('a reissue that must wait', () => {
  it('A reissue that must wait is issued by itself after a day, and its deadline stood still', async () => {
    const applicant = await cooling();
    const { deadline: before, cooling_off_until: end } = await applicant.row();
    expect(await vaultItemsOf(applicant)).toBe(0);
    await stage.skip(23 * hour);
    expect(await applicant.row()).toMatchObject({ state: 'COOLING_OFF', serial: null });
    await stage.skip(hour + minute);
    await until('the certificate', async () => (await applicant.row()).state === 'ISSUED');
    await stage.sendNotifications();
    expect(notificationsTo(applicant)).toEqual(['NEW_DEVICE', 'COOLING_OFF', 'ISSUED']);
    const { issued_at: issued } = await applicant.row();
    expect(issued!.getTime()).toBeGreaterThanOrEqual(end!.getTime() - second);
    expect(issued!.getTime()).toBeGreaterThan(before!.getTime());
    await stage.continueTo(applicant, 'REGISTERED');
    expect(await stage.endOf(applicant)).toBe('REGISTERED');
    await expectSoundRecords(applicant);
  });

  it('A request that is refused after the wait is made again, and a second, longer wait goes on from the first', async () => {
    const applicant = await cooling();
    const { deadline: before } = await applicant.row();
    const refusing = () =>
      stage.substitute('issueCertificate', () =>
        Promise.resolve({ outcome: 'REFUSED', code: 'KEY_BLOCKED' }),
      );
    refusing();
    await stage.skip(day + minute);
    await until('the refusal', async () => (await applicant.row()).state === 'KEY_REQUIRED');
    const first = await applicant.row();
    expect(first.deadline!.getTime() - before!.getTime()).toBeGreaterThanOrEqual(day - second);
    await stage.world.owner
      .updateTable('reissue')
      .set(withWait(first, 36)!)
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    await stage.sendMessage(applicant, await applicant.requestCertificate());
    expect(await applicant.row()).toMatchObject({
      state: 'COOLING_OFF',
      cooling_off_until: new Date(first.cooling_off_since!.getTime() + 36 * hour),
    });
    await stage.skip(12 * hour);
    await until('the second refusal', async () => (await applicant.row()).state === 'KEY_REQUIRED');
    const { deadline } = await applicant.row();
    expect(deadline!.getTime() - first.deadline!.getTime()).toBeLessThan(12 * hour + minute);
    await stage.sendNotifications();
    expect(notificationsTo(applicant)).toEqual(['NEW_DEVICE', 'COOLING_OFF', 'RESUMED-0']);
    stage.restore();
    await stage.continueTo(applicant, 'REGISTERED');
  });

  it('A workflow terminated during the wait still waits for the rest of it', async () => {
    const applicant = await cooling();
    await stage.workflowOf(applicant).terminate('by hand');
    await stage.resume(applicant);
    await stage.skip(23 * hour);
    expect((await applicant.row()).state).toBe('COOLING_OFF');
    await stage.skip(hour + minute);
    await until('the certificate', async () => (await applicant.row()).state === 'ISSUED');
  });

  it('A wait whose end is recorded twice leads to one certificate', async () => {
    const applicant = await cooling();
    const { applyDeadlines } = stage.world.activities;
    let lost = false;
    stage.substitute('applyDeadlines', async (...args: Parameters<typeof applyDeadlines>) => {
      const result = await applyDeadlines(...args);
      if (lost || !result.pending) return result;
      lost = true; // the worker dies after the commit
      throw new Error('the answer is lost');
    });
    await stage.skip(day + minute);
    await until('the certificate', async () => (await applicant.row()).state === 'ISSUED');
    expect(lost).toBe(true);
    expect(await certificatesOf(stage.world, applicant.person.customerId)).toHaveLength(2); // with the old one
  });
});

/** Lets the bank have reported another contact of the customer, ten days ago. @returns the former one */
async function changedContact(applicant: Applicant): Promise<{ mobile: string; email: string }> {
  const { customer_ref: customerRef } = await applicant.row();
  const former = { mobile: '01000001234', email: 'before@customer.example' };
  const at = new Date(stage.world.clock.now().getTime() - 10 * day);
  await stage.world.owner
    .insertInto('customer_fact')
    .values({
      ...{ customer_ref: customerRef, kind: 'CONTACT_CHANGED', since: at, held_at: [] },
      ...{ event_source: '/bank', event_id: 'changed', event_time: at },
      ...{ former_mobile: former.mobile, former_email: former.email },
    })
    .execute();
  return former;
}

describe('a SIM that was swapped yesterday, an unknown device and a lost certificate', () => {
  it('The reissue must wait, and the customer who stops it loses no certificate to the stranger', async () => {
    const person = await customer(stage.world);
    await stage.setClock();
    stage.world.outside.telecom.changedSim(person, new Date(stage.world.clock.now().getTime() - day));
    const applicant = await stage.arrive('KEY_REQUIRED', { person, reason: 'LOST' });
    const former = await changedContact(applicant);
    const { standing } = await stage.sendMessage(applicant, await applicant.requestCertificate());
    expect(standing.state).toBe('COOLING_OFF');
    await stage.skip(hour);
    const stop = applicant.answerLink('STOP', { suspendCertificate: true });
    expect(await stage.sendMessage(applicant, stop)).toMatchObject({ status: 'DONE' });
    expect(await stage.endOf(applicant)).toBe('CANCELLED');
    expect(await applicant.row()).toMatchObject({ end_code: 'STOPPED_BY_CUSTOMER', serial: null });
    const [certificate, ...others] = await certificatesOf(stage.world, person.customerId);
    expect([certificate?.hold_at, others]).toEqual([expect.any(Date), []]);
    await expect(stage.arrive('PASSWORD_REQUIRED', { person })).rejects.toThrow('REJECTED');
    const decided = (await auditOf(applicant)).filter(({ action }) => action === 'decideRisk');
    expect(decided.map(({ outcome }) => outcome)).toEqual(['DELAY', 'DELAY']);
    await stage.sendNotifications();
    const { messenger } = stage.world.outside;
    expect(messenger.notificationsTo({ mobile: former.mobile })).toEqual(['COOLING_OFF', 'CANCELLED']);
    expect(messenger.notificationsTo({ mobile: '', email: former.email })).toEqual([
      'COOLING_OFF',
      'CANCELLED',
    ]);
    await expectSoundRecords(applicant);
  });
});

describe('a stop link', () => {
  const blockOfPerson = async (applicant: Applicant) => {
    const { customer_ref: customerRef } = await applicant.row();
    return inTransaction(stage.world.as('worker', 2), (tx) => blockOf(tx, customerRef));
  };
  it('A stop while the CA signs waits for the signature, and the certificate is withdrawn', async () => {
    const applicant = await cooling();
    const signing = gate();
    const { issueCertificate } = stage.world.signing;
    stage.substitute('issueCertificate', async (...args: Parameters<typeof issueCertificate>) => {
      await signing.pass();
      return issueCertificate(...args);
    });
    await stage.skip(day + minute);
    await signing.reached;
    const stopped = await stage.post(applicant, applicant.answerLink('STOP'));
    signing.open();
    expect(await stopped.result()).toMatchObject({ status: 'DONE', standing: { state: 'WITHDRAWN' } });
    expect(await stage.endOf(applicant)).toBe('WITHDRAWN');
    expect(await inForce(stage.world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
    expect(await blockOfPerson(applicant)).toBeDefined();
    await expectSoundRecords(applicant);
  });

  it('A stop at the very end of the wait leaves no certificate, whichever comes first', async () => {
    const applicant = await cooling();
    await stage.skip(day - second);
    await Promise.all([stage.skip(3 * second), stage.sendMessage(applicant, applicant.answerLink('STOP'))]);
    expect(['CANCELLED', 'WITHDRAWN']).toContain(await stage.endOf(applicant));
    expect(await inForce(stage.world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
    expect(await blockOfPerson(applicant)).toBeDefined();
    await expectSoundRecords(applicant);
  });
});

describe('a database whose clock is 30 s behind', () => {
  it('A database clock that is behind is read once a second until the deadline', async () => {
    stage.behindMs = 30 * second;
    const applicant = await stage.arrive('PASSWORD_REQUIRED');
    const before = await stage.eventCountOf(applicant);
    expect(await stage.endOf(applicant)).toBe('TIMED_OUT');
    const read = (await stage.eventCountOf(applicant)) - before;
    expect(read).toBeLessThan(31 * 6 + 20); // each read takes six events: a timer and its firing, a task, a step
  });
});
