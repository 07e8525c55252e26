import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction } from '#libs/db';
import { certificateBySerial } from '#libs/db/certificates';
import { blockOf, blockReissues } from '#libs/db/customers';
import { markDownloaded } from '#libs/db/reissues';
import type { State } from '#libs/domain';
import { requireWait } from '../../support/waiting-reissue.js';
import type { Applicant } from '../../world/applicant.js';
import { day, hour, minute, second } from '../../world/movable-clock.js';
import { createRunningOperation } from '../../world/operations.js';
import { customer, type Enrolment } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import {
  auditOf,
  eventsOf,
  everythingOf,
  expectSoundRecords,
  inForce,
  vaultItemsOf,
} from '../../world/records.js';
import { continueTo, walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const untilIssued = ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'KEY_REQUIRED'] as const;
const ring = (applicant: Applicant) => world.activities.applyDeadlines(applicant.reissueId);
const later = (from: Date, ms: number) => new Date(from.getTime() + ms).toISOString();

async function issued(enrolment: Enrolment = {}, reason: 'EXPIRED' | 'LOST' | 'KEY_COMPROMISED' = 'EXPIRED') {
  const applicant = await walkTo(world, await customer(world, enrolment), 'ISSUED', { reason });
  return { applicant, at: world.clock.now() };
}
const download = ({ reissueId }: Applicant) => markDownloaded(world.gateway, reissueId, world.clock.now());

/** Advances the clock to each wake-up time in turn, until the reissue has ended or `ms` have passed. */
async function live(applicant: Applicant, ms: number): Promise<State> {
  const end = new Date(world.clock.now().getTime() + ms);
  for (;;) {
    const { standing } = await ring(applicant);
    if (standing.alarm === null) return standing.state;
    if (new Date(standing.alarm) > end) {
      world.clock.set(end);
      return standing.state;
    }
    if (new Date(standing.alarm) > world.clock.now()) world.clock.set(new Date(standing.alarm));
  }
}

/** The number of reminders that the customer has got. */
async function reminders(applicant: Applicant): Promise<number> {
  await ring(applicant);
  await world.outbox.idle();
  const { reminders_sent: sent } = await applicant.row();
  const told = world.outside.messenger.notificationsTo(applicant.person);
  expect(told.findLast((each) => each?.startsWith('REMINDER'))).toBe(
    sent > 0 ? `REMINDER-${sent}` : undefined,
  );
  return (await auditOf(applicant)).filter(({ action }) => action === 'remind').length;
}

describe('the deadline before ISSUED', () => {
  it.each(untilIssued)(
    'The deadline before ISSUED ends a reissue in %s 30 minutes after its start',
    async (state) => {
      const start = world.clock.now();
      const applicant = await walkTo(world, await customer(world), state);
      await applicant.submitPassword();
      expect((await ring(applicant)).standing).toEqual({
        state,
        alarm: later(start, 30 * minute),
        parked: null,
      });

      world.clock.advance(30 * minute - 2 * second);
      const before = await everythingOf(applicant);
      await ring(applicant);
      expect(await everythingOf(applicant)).toEqual(before);

      world.clock.advance(2 * second);
      expect((await ring(applicant)).standing).toEqual({ state: 'TIMED_OUT', alarm: null, parked: null });
      expect((await eventsOf(applicant)).at(-1)?.data).toMatchObject({
        code: 'DEADLINE',
        previousState: state,
      });
      expect(await vaultItemsOf(applicant)).toBe(0);
      expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
      await expectSoundRecords(applicant);

      const after = await everythingOf(applicant);
      expect((await ring(applicant)).standing.state).toBe('TIMED_OUT');
      expect(await everythingOf(applicant)).toEqual(after);
    },
  );

  it('The deadline before ISSUED waits while the CA works, and acts if the request is refused', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const request = await applicant.requestCertificate();
    await world.activities.requestCertificate(applicant.reissueId, request);
    world.clock.advance(2 * hour);
    expect((await ring(applicant)).standing).toEqual({ state: 'ISSUING', alarm: null, parked: null });
    const refusal = { outcome: 'REFUSED', code: 'KEY_NOT_NAMED_AT_START' } as const;
    const { standing } = await world.activities.recordIssue(applicant.reissueId, request, refusal);
    expect(standing.state).toBe('KEY_REQUIRED');
    expect(new Date(standing.alarm ?? 0) < world.clock.now()).toBe(true);
    expect((await ring(applicant)).standing.state).toBe('TIMED_OUT');
  });

  it('The deadline before ISSUED finds no reissue whose start was never committed', async () => {
    expect((await world.activities.applyDeadlines(`ri_${'0'.repeat(32)}`)).standing.state).toBe('TIMED_OUT');
  });
});

describe('a certificate that is issued and not registered', () => {
  it('A certificate that is not registered causes reminders after 1 h and 12 h and is withdrawn after 24 h', async () => {
    const { applicant, at } = await issued();
    expect((await ring(applicant)).standing.alarm).toBe(later(at, hour));
    await live(applicant, hour - 2 * second);
    expect(await reminders(applicant)).toBe(0);
    await live(applicant, 2 * second);
    expect(await reminders(applicant)).toBe(1);
    expect((await ring(applicant)).standing.alarm).toBe(later(at, 12 * hour));
    await live(applicant, 11 * hour);
    expect(await reminders(applicant)).toBe(2);
    expect((await ring(applicant)).standing.alarm).toBe(later(at, 24 * hour));
    expect(await live(applicant, 12 * hour)).toBe('WITHDRAWN');

    const { serial, ended_at } = await applicant.row();
    expect(ended_at?.toISOString()).toBe(later(at, 24 * hour));
    expect(await certificateBySerial(world.owner, serial ?? '')).toMatchObject({
      revoked_at: ended_at,
      revocation_reason: 'cessationOfOperation',
    });
    expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
    await expectSoundRecords(applicant);
  });

  it.each([
    ['downloaded, the old one in force', {}, 'EXPIRED', true, day],
    ['not downloaded, the old one in force', {}, 'EXPIRED', false, day],
    ['not downloaded, no old one', { certificateDays: 'none' }, 'EXPIRED', false, day],
    ['downloaded, no old one', { certificateDays: 'none' }, 'EXPIRED', true, 7 * day],
    ['downloaded, the old one expired', { certificateDays: -1 }, 'EXPIRED', true, 7 * day],
    ['downloaded, the old one on hold', {}, 'LOST', true, 7 * day],
    ['downloaded, the old one revoked', {}, 'KEY_COMPROMISED', true, 7 * day],
  ] as const)(
    'A certificate that is not registered waits its time: %s',
    async (_name, enrolment, reason, downloaded, wait) => {
      const { applicant, at } = await issued(enrolment, reason);
      world.clock.advance(30 * minute);
      if (downloaded) await download(applicant);
      expect(await live(applicant, wait - 30 * minute - 2 * second)).toBe('ISSUED');
      expect(await live(applicant, 2 * second)).toBe('WITHDRAWN');
      expect((await applicant.row()).ended_at?.toISOString()).toBe(later(at, wait));
    },
  );

  it('A certificate is kept for seven days if the old one expires in the 24 hours after issuance', async () => {
    const { applicant } = await issued({ certificateDays: 0.5 });
    await download(applicant);
    expect(await live(applicant, day)).toBe('ISSUED');
    await continueTo(applicant, 'REGISTERED');
  });

  it('One reminder is sent for all reminders that were missed', async () => {
    const { applicant } = await issued({ certificateDays: 'none' });
    await download(applicant);
    world.clock.advance(3 * day);
    await live(applicant, second);
    expect(await reminders(applicant)).toBe(1);
    expect(await applicant.row()).toMatchObject({ state: 'ISSUED', reminders_sent: 2 });
  });
});

describe('at the moment of the deadline', () => {
  const rounds = Array.from({ length: 6 }, (_, round) => round);

  it('Either a proof of registration or the deadline wins, never both', async () => {
    for (const round of rounds) {
      const { applicant } = await issued();
      const { serial } = await applicant.row();
      world.clock.advance(day);
      const acts = [
        () => ring(applicant),
        async () => perform(world, applicant.reissueId, await applicant.proveRegistration()),
      ];
      if (round % 2) acts.reverse();
      await Promise.all(acts.map((act) => act()));

      const { state } = await applicant.row();
      const winner = state === 'REGISTERED' ? serial : applicant.person.oldSerial;
      expect(['REGISTERED', 'WITHDRAWN']).toContain(state);
      expect(await inForce(world, applicant.person.customerId)).toEqual([winner]);
      const ends = (await eventsOf(applicant)).filter(({ type }) =>
        /\.(registered|withdrawn)\.v1$/.test(type),
      );
      expect(ends.filter(({ topic }) => topic === 'reseal.reissue')).toHaveLength(1);
      await expectSoundRecords(applicant);
    }
  });

  it('A proof before the deadline leaves nothing for the deadline', async () => {
    const { applicant } = await issued();
    await continueTo(applicant, 'REGISTERED');
    world.clock.advance(30 * day);
    expect((await ring(applicant)).standing).toEqual({ state: 'REGISTERED', alarm: null, parked: null });
    expect(await inForce(world, applicant.person.customerId)).toEqual([(await applicant.row()).serial]);
  });
});

type Sent = Parameters<typeof perform>[2];
const send = (applicant: Applicant, message: Sent) => perform(world, applicant.reissueId, message);

/** A reissue that waits for a day from now on. */
async function cooling(): Promise<Applicant> {
  const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
  await requireWait(world.owner, applicant.reissueId);
  const { standing } = await send(applicant, await applicant.requestCertificate());
  expect(standing.state).toBe('COOLING_OFF');
  return applicant;
}

describe('a reissue that must wait', () => {
  it('A customer cancels while the reissue waits, and nothing is signed', async () => {
    const applicant = await cooling();
    expect(await send(applicant, applicant.cancel())).toMatchObject({ status: 'DONE' });
    world.clock.advance(day);
    expect((await ring(applicant)).pending).toBeUndefined();
    expect(await applicant.row()).toMatchObject({ state: 'CANCELLED', serial: null });
    await expectSoundRecords(applicant);
  });

  it('A person who is blocked during the wait gets no certificate', async () => {
    const applicant = await cooling();
    const { customer_ref: customerRef } = await applicant.row();
    const block = { customerRef, source: 'operator', reason: 'OTHER', by: 'system' } as const;
    await inTransaction(world.as('worker'), (tx) => blockReissues(tx, { ...block, at: world.clock.now() }));
    world.clock.advance(day);
    expect(await ring(applicant)).toMatchObject({ standing: { state: 'ABANDONED' } });
    expect(await applicant.row()).toMatchObject({ end_code: 'REISSUES_BLOCKED', serial: null });
  });

  it('An operator ends a wait only by an operation that a second person approved', async () => {
    const applicant = await cooling();
    const end = { kind: 'endCoolingOff', operator: 'staff:oscar', reason: 'called back' } as const;
    const unknown = { ...end, operator: 'staff:mallory', operationId: `op_${'0'.repeat(32)}` };
    expect(await send(applicant, unknown)).toMatchObject({ code: 'OPERATION_REQUIRED' });
    expect(await ring(applicant)).toMatchObject({ standing: { state: 'COOLING_OFF' } });
    expect(await send(applicant, end)).toMatchObject({ status: 'DONE' });
    const { pending } = await ring(applicant);
    await send(applicant, pending!);
    expect((await applicant.row()).state).toBe('ISSUED');
    expect((await auditOf(applicant)).filter(({ action }) => action === 'endCoolingOff')).toMatchObject([
      { actor: 'system', outcome: 'REFUSED', reason: 'OPERATION_UNKNOWN' },
      { actor: 'staff:oscar', outcome: 'ACCEPTED', details: { approvedBy: 'staff:april' } },
      { actor: 'system', outcome: 'DONE' },
    ]);
    await expectSoundRecords(applicant);
  });
});

it('An operator shortens a wait to a time, never lengthens it, and needs a second person for it', async () => {
  const applicant = await cooling();
  const { reissueId } = applicant;
  const endAfter = async (ms: number, more: { readonly approvedBy?: null } = {}) => {
    const operationId = await createRunningOperation(world.owner, {
      ...{ kind: 'endCoolingOff', targets: [{ target: reissueId }], requestedBy: 'staff:oscar' },
      ...{
        reason: 'called back',
        at: world.clock.now(),
        parameters: { until: later(world.clock.now(), ms) },
      },
      ...more,
    });
    const end = {
      kind: 'endCoolingOff',
      operator: 'staff:oscar',
      reason: 'called back',
      operationId,
    } as const;
    return send(applicant, end);
  };
  const { cooling_off_until: before } = await applicant.row();
  expect(await endAfter(hour, { approvedBy: null })).toMatchObject({ code: 'OPERATION_REQUIRED' });
  expect(await endAfter(2 * day)).toMatchObject({ status: 'DONE' });
  expect((await applicant.row()).cooling_off_until).toEqual(before);
  expect(await endAfter(hour)).toMatchObject({ standing: { alarm: later(world.clock.now(), hour) } });
  world.clock.advance(59 * minute);
  expect(await ring(applicant)).toMatchObject({ standing: { state: 'COOLING_OFF' } });
  world.clock.advance(minute);
  expect((await ring(applicant)).pending).toBeDefined();
});

describe('the link that stops a reissue', () => {
  const blockOfPerson = async (applicant: Applicant) => {
    const { customer_ref: customerRef } = await applicant.row();
    return inTransaction(world.as('worker'), (tx) => blockOf(tx, customerRef));
  };

  it('A customer who stops a waiting reissue ends it, suspends the certificate on file and blocks further ones', async () => {
    const applicant = await cooling();
    const { person } = applicant;
    const stop = applicant.answerLink('STOP', { suspendCertificate: true });
    expect(await send(applicant, stop)).toMatchObject({ status: 'DONE' });
    expect(await applicant.row()).toMatchObject({ end_code: 'STOPPED_BY_CUSTOMER', serial: null });
    expect(await inForce(world, person.customerId)).toEqual([]);
    expect(await blockOfPerson(applicant)).toMatchObject({ source: 'stop-link', blocked_by: 'customer' });
    const told = world.outside.messenger.notificationsTo(person);
    expect(told.slice(2).toSorted()).toEqual(['CANCELLED', 'HELD']);
    await expect(walkTo(world, person, 'PASSWORD_REQUIRED')).rejects.toThrow('REJECTED');
    await expectSoundRecords(applicant);
  });

  it.each<State>(['PASSWORD_REQUIRED', 'ISSUED'])(
    'A customer who stops a reissue in %s without suspending keeps the certificate on file',
    async (state) => {
      const applicant = await walkTo(world, await customer(world), state as 'ISSUED');
      await send(applicant, applicant.answerLink('STOP'));
      expect((await applicant.row()).state).toBe(state === 'ISSUED' ? 'WITHDRAWN' : 'CANCELLED');
      expect(await inForce(world, applicant.person.customerId)).toEqual([applicant.person.oldSerial]);
      expect(await send(applicant, applicant.answerLink('STOP'))).toMatchObject({ code: 'WRONG_STATE' });
    },
  );

  it('A link that is altered, or of another reissue, changes nothing', async () => {
    const applicant = await cooling();
    const other = await walkTo(world, await customer(world), 'PASSWORD_REQUIRED');
    const refused = { status: 'REFUSED', code: 'STOP_LINK_REFUSED' };
    for (const token of [other.stopToken(), `${applicant.stopToken()}A`, 'x'.repeat(22)])
      for (const answer of ['STOP', 'MINE'] as const)
        expect(await send(applicant, applicant.answerLink(answer, { token }))).toMatchObject(refused);
    expect((await applicant.row()).state).toBe('COOLING_OFF');
    expect(await blockOfPerson(applicant)).toBeUndefined();
    expect((await other.row()).state).toBe('PASSWORD_REQUIRED');
  });

  it('A confirmation by the link is recorded, does not shorten the wait, and the reissue can still be stopped', async () => {
    const applicant = await cooling();
    const { cooling_off_until: before } = await applicant.row();
    const confirmed = await send(applicant, applicant.answerLink('MINE'));
    expect(confirmed).toMatchObject({ status: 'DONE', standing: { state: 'COOLING_OFF' } });
    expect((await applicant.row()).cooling_off_until).toEqual(before);
    expect(await auditOf(applicant)).toContainEqual(
      expect.objectContaining({ actor: 'customer', action: 'confirmReissue', outcome: 'DONE' }),
    );
    await send(applicant, applicant.answerLink('STOP'));
    expect((await applicant.row()).state).toBe('CANCELLED');
  });
});
