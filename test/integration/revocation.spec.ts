import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { changeOne, createHoldActivities, type StatusChange } from '#activities/revocation';
import { createDatabase, type Database } from '#libs/db';
import { certificateBySerial, type NewCertificate } from '#libs/db/certificates';
import {
  certificateActs,
  certificateStatusNames,
  outcomeOfAct,
  type CertificateAct,
  type CertificateStatus,
} from '#libs/domain';
import { enrolCertificates, enrolledAt, enrolledUntil } from '../world/enrolled-certificates.js';
import { MovableClock, second } from '../world/movable-clock.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../world/test-database.js';

// On a machine that runs other tests at the same time, everything takes longer.
jest.setTimeout(120_000);

const started = new Date('2026-11-05T03:04:05.678Z');
const clock = new MovableClock(started);
let database: TestDatabase;
let owner: Database;
let signer: Database;
let worker: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const open = (role: 'owner' | 'signer' | 'worker') =>
    createDatabase({ url: database.urlOf(role), ...asSpec, max: 8 });
  [owner, signer, worker] = [open('owner'), open('signer'), open('worker')];
});
afterAll(async () => {
  await Promise.all([owner, signer, worker].map((db) => db.destroy()));
  await database.drop();
});

const earlier = new Date('2026-10-01T00:00:00Z');
const columnsOf: Readonly<Record<CertificateStatus, Partial<NewCertificate>>> = {
  NOT_ISSUED: { state: 'INTENT', der: null, stored_at: null, registered_at: null, on_file: false },
  VALID: {},
  ON_HOLD: { hold_at: earlier },
  REVOKED: { revoked_at: earlier, revocation_reason: 'superseded' },
  EXPIRED: { not_after: earlier },
};
const changeBy: Readonly<Record<CertificateAct, StatusChange>> = {
  revoke: { act: 'revoke', reason: 'privilegeWithdrawn' },
  hold: { act: 'hold' },
  release: { act: 'release' },
};
const byOperator = (db = signer) => ({
  db,
  clock: clock.now,
  actor: db === signer ? 'operator:spec' : 'staff:spec',
});

async function one(changes: Partial<NewCertificate> = {}): Promise<string> {
  const [serial] = await enrolCertificates(owner, 1, changes);
  return serial!;
}
async function certificate(serial: string) {
  const row = await certificateBySerial(owner, serial);
  if (!row) throw new Error('there is no such certificate');
  return row;
}
const eventsOf = (serial: string) =>
  owner.selectFrom('event').selectAll().where('stream', '=', serial).orderBy('sequence').execute();
const entriesOf = (serial: string) =>
  owner
    .selectFrom('authority_entry')
    .selectAll()
    .where(sql`details->>'serial'`, '=', serial)
    .orderBy('position')
    .execute();

describe('a certificate outside any reissue', () => {
  const cells = certificateActs.flatMap((act) =>
    certificateStatusNames.map((standing) => [act, standing, outcomeOfAct(act, standing)] as const),
  );

  it.each(cells.filter(([, , outcome]) => outcome !== 'DONE'))(
    'A certificate outside any reissue is unchanged by %s when it is %s (%s)',
    async (act, standing, outcome) => {
      const serial = await one(columnsOf[standing]);
      const before = await certificate(serial);
      expect(await changeOne(byOperator(), serial, changeBy[act])).toEqual({ serial, outcome });
      expect(await certificate(serial)).toEqual(before);
      expect(await eventsOf(serial)).toEqual([]);
      const repeated = outcome.startsWith('ALREADY') || outcome === 'NOT_ON_HOLD';
      expect(await entriesOf(serial)).toMatchObject(
        repeated ? [] : [{ outcome: 'REFUSED', reason: outcome }],
      );
    },
  );

  it.each([
    ['revoke', 'VALID', 'revoked', 'privilegeWithdrawn'],
    ['revoke', 'ON_HOLD', 'revoked', 'privilegeWithdrawn'],
    ['hold', 'VALID', 'held', 'certificateHold'],
    ['release', 'ON_HOLD', 'released', undefined],
  ] as const)(
    'A certificate outside any reissue changes by %s when it is %s, with event, audit entry and CRL in one transaction',
    async (act, was, type, reason) => {
      const serial = await one(columnsOf[was]);
      const now = clock.now();
      const outcome = await changeOne(byOperator(), serial, changeBy[act], { comment: '고객 요청' });
      expect(outcome).toEqual({ serial, outcome: 'DONE', was });

      const row = await certificate(serial);
      expect(row).toMatchObject({
        hold_at: act === 'hold' ? now : act === 'release' ? null : (columnsOf[was].hold_at ?? null),
        revoked_at: act === 'revoke' ? now : null,
        revocation_reason: act === 'revoke' ? reason : null,
        crl_pending: true,
        event_sequence: 1,
      });
      if (act !== 'release') expect(row.status_changed_at).toEqual(now);
      const [event, ...more] = await eventsOf(serial);
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        ...{ sequence: 1, topic: 'reseal.certificate', key: serial, type: `reseal.certificate.${type}.v1` },
        occurred_at: now,
      });
      expect(event?.data).toEqual({
        ...{ serial, customerRef: `cr_${row.customer_id}` },
        ...{ notBefore: enrolledAt.toISOString(), notAfter: enrolledUntil.toISOString() },
        ...(reason ? { revocationReason: reason } : {}),
      });
      expect(await entriesOf(serial)).toMatchObject([
        {
          ...{
            actor: 'operator:spec',
            action: `certificate.${act}`,
            outcome: 'DONE',
            reason: reason ?? null,
          },
          details: { serial, was, comment: '고객 요청' },
        },
      ]);
      const writers = await sql`
        select xmin from certificate where serial = ${serial} union select xmin from event where stream = ${serial}
        union select xmin from authority_entry where details->>'serial' = ${serial}`.execute(owner);
      expect(writers.rows).toHaveLength(1);
    },
  );

  it('A certificate that was never issued is unknown', async () => {
    expect(await changeOne(byOperator(), 'abc123', changeBy.hold)).toMatchObject({ outcome: 'UNKNOWN' });
    expect(await entriesOf('abc123')).toMatchObject([{ outcome: 'REFUSED', reason: 'UNKNOWN' }]);
  });

  it('A certificate outside any reissue may be held, released, held again and revoked, and its events are numbered on', async () => {
    const serial = await one();
    for (const act of ['hold', 'release', 'hold', 'revoke'] as const)
      expect(await changeOne(byOperator(), serial, changeBy[act])).toMatchObject({ outcome: 'DONE' });
    expect((await eventsOf(serial)).map(({ sequence, type }) => [sequence, type.split('.')[2]])).toEqual([
      [1, 'held'],
      [2, 'released'],
      [3, 'held'],
      [4, 'revoked'],
    ]);
  });

  it('A revocation for keyCompromise records the invalidity date and blocks the key', async () => {
    const serial = await one();
    const invalidityDate = new Date('2026-10-31T12:00:00Z');
    await changeOne(byOperator(), serial, { act: 'revoke', reason: 'keyCompromise', invalidityDate });
    const row = await certificate(serial);
    expect(row.invalidity_date).toEqual(invalidityDate);
    const blocked = await owner
      .selectFrom('blocked_key')
      .selectAll()
      .where('spki_sha256', '=', row.spki_sha256)
      .execute();
    expect(blocked).toMatchObject([{ reason: 'keyCompromise', serial, blocked_at: clock.now() }]);
  });

  it('A certificate is not revoked with an invalidity date in the future', async () => {
    const serial = await one();
    const invalidityDate = new Date(clock.now().getTime() + second);
    const change = { act: 'revoke', reason: 'unspecified', invalidityDate } as const;
    await expect(changeOne(byOperator(), serial, change)).rejects.toThrow(RangeError);
    expect((await certificate(serial)).revoked_at).toBeNull();
  });

  it('A certificate is not released while its holder uses another one, and is once the other is on hold', async () => {
    const serial = await one(columnsOf.ON_HOLD);
    const { customer_id } = await certificate(serial);
    const another = await one();
    await owner
      .updateTable('certificate')
      .set({ customer_id, on_file: false })
      .where('serial', '=', another)
      .execute();
    expect(await changeOne(byOperator(), serial, changeBy.release)).toEqual({
      serial,
      outcome: 'ANOTHER_IN_FORCE',
    });
    await changeOne(byOperator(), another, changeBy.hold);
    expect(await changeOne(byOperator(), serial, changeBy.release)).toMatchObject({ outcome: 'DONE' });
  });
});

describe('changes at the same time', () => {
  it('A certificate is revoked once by 200 concurrent calls', async () => {
    const serial = await one();
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        changeOne(byOperator(index % 2 ? signer : worker), serial, changeBy.revoke),
      ),
    );
    expect(all.filter(({ outcome }) => outcome === 'DONE')).toHaveLength(1);
    expect(all.filter(({ outcome }) => outcome === 'ALREADY_REVOKED')).toHaveLength(199);
    expect(await eventsOf(serial)).toHaveLength(1);
    expect(await entriesOf(serial)).toHaveLength(1);
  });

  it('Concurrent changes of every kind leave as many events as changes, and a revoked certificate stays revoked', async () => {
    const serials = await enrolCertificates(owner, 12);
    const asked = serials.flatMap((serial) =>
      (['hold', 'release', 'revoke', 'hold', 'release', 'revoke'] as const).map((act, index) =>
        changeOne(byOperator(index % 2 ? signer : worker), serial, changeBy[act]),
      ),
    );
    const outcomes = await Promise.all(asked);
    for (const serial of serials) {
      const done = outcomes.filter((each) => each.serial === serial && each.outcome === 'DONE');
      const events = await eventsOf(serial);
      expect(events.map(({ sequence }) => sequence)).toEqual(done.map((_, index) => index + 1));
      expect(events.at(-1)?.type).toBe('reseal.certificate.revoked.v1');
      expect((await certificate(serial)).revoked_at).not.toBeNull();
    }
  });
});

describe('a hold that was not released', () => {
  const logger = pino({ level: 'silent' });
  const activities = () => createHoldActivities({ db: worker, clock: clock.now, logger, holdMonths: 6 });
  const held = (at: string, changes: Partial<NewCertificate> = {}) =>
    one({ hold_at: new Date(at), ...changes });
  const revokedOf = async () => {
    let [revoked, from] = [0, '' as string | undefined];
    while (from !== undefined) {
      const batch = await activities().revokeLongHolds(from);
      [revoked, from] = [revoked + batch.revoked, batch.next];
    }
    return revoked;
  };
  beforeAll(async () => {
    await owner.updateTable('certificate').set({ hold_at: null }).execute();
  });

  it.each([
    ['2026-08-31T10:00:00+09:00', '2027-02-28T10:00:00+09:00'],
    ['2027-08-31T10:00:00+09:00', '2028-02-29T10:00:00+09:00'],
    ['2027-09-01T00:30:00+09:00', '2028-03-01T00:30:00+09:00'],
    ['2027-12-31T23:59:59+09:00', '2028-06-30T23:59:59+09:00'],
  ])('A hold since %s becomes a revocation at %s, once and not a second earlier', async (since, end) => {
    const serial = await held(since);
    clock.set(new Date(new Date(end).getTime() - second));
    expect(await revokedOf()).toBe(0);
    clock.set(new Date(end));
    expect(await revokedOf()).toBe(1);
    expect(await revokedOf()).toBe(0);
    expect(await certificate(serial)).toMatchObject({
      revoked_at: new Date(end),
      revocation_reason: 'cessationOfOperation',
      crl_pending: true,
    });
    expect(await eventsOf(serial)).toMatchObject([
      { type: 'reseal.certificate.revoked.v1', data: { revocationReason: 'cessationOfOperation' } },
    ]);
    expect(await entriesOf(serial)).toMatchObject([
      { actor: 'system', action: 'certificate.revoke', outcome: 'DONE' },
    ]);
  });

  it('A long hold is not revoked if the certificate was released, has expired or is revoked', async () => {
    clock.set(new Date('2028-08-01T00:00:00Z'));
    const since = '2028-01-01T00:00:00Z';
    const others = [
      await held(since, { not_after: new Date('2028-07-31T14:59:59Z') }),
      await held(since, { revoked_at: earlier, revocation_reason: 'superseded' }),
      await one(),
    ];
    const before = await Promise.all(others.map(certificate));
    expect(await revokedOf()).toBe(0);
    expect(await Promise.all(others.map(certificate))).toEqual(before);
  });

  it('Long holds of more than one batch are revoked once each, also by two concurrent processes', async () => {
    clock.set(new Date('2028-09-01T00:00:00Z'));
    const serials = await enrolCertificates(owner, 510, { hold_at: new Date('2028-01-01T00:00:00Z') });
    const [first, second] = await Promise.all([revokedOf(), revokedOf()]);
    expect(first + second).toBe(serials.length);
    const events = await owner.selectFrom('event').select('stream').where('stream', 'in', serials).execute();
    expect(new Set(events.map(({ stream }) => stream)).size).toBe(events.length);
    expect(events).toHaveLength(serials.length);
  });

  it('A long hold is counted from the last time it was set, also if that happens at the same time', async () => {
    clock.set(new Date('2028-11-01T00:00:00Z'));
    const serial = await held('2028-04-01T00:00:00Z');
    const again = async () => {
      await changeOne(byOperator(), serial, changeBy.release);
      await changeOne(byOperator(), serial, changeBy.hold);
    };
    await again();
    const isLong = (since: Date) => since < new Date('2028-05-01T00:00:00Z');
    const change = { act: 'revoke', reason: 'cessationOfOperation' } as const;
    expect(await changeOne(byOperator(worker), serial, change, { onlyIfHeld: isLong })).toEqual({
      serial,
      outcome: 'NOT_ON_HOLD',
    });
    expect((await certificate(serial)).revoked_at).toBeNull();
  });
});
