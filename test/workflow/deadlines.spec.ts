import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Applicant } from '../world/applicant.js';
import { day, hour, minute, second } from '../world/movable-clock.js';
import { customer, type Enrolment } from '../world/people.js';
import { expectSoundRecords, inForce } from '../world/records.js';
import { until } from '../support/until.js';
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
