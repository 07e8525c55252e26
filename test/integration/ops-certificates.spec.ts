import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewCertificate } from '#libs/db/certificates';
import { certificateStatusOf, koreanDayOf } from '#libs/domain';
import { freePort } from '../support/free-ports.js';
import { enrolCertificates } from '../world/enrolled-certificates.js';
import { endOfDay } from '../world/expiring-certificates.js';
import { day } from '../world/movable-clock.js';
import { OpsWorld } from '../world/ops-world.js';
import { createStatusWorld, type StatusWorld } from '../world/status-world.js';

let status: StatusWorld;
let world: OpsWorld;
beforeAll(async () => {
  status = await createStatusWorld();
  await status.owner
    .insertInto('external_issuer')
    .values({ subject: external.issuer, certificate: Buffer.from('3000', 'hex'), added_at: new Date() })
    .execute();
  world = await OpsWorld.on({ urlOf: status.databaseUrl }, { RESEAL_OCSP_URL: `${status.url}/ocsp` });
});
afterAll(async () => {
  await world.close();
  await status.close();
});

/** Of another CA. */
const external = { profile: 'external', issuer: 'CN=Another CA' };
const ago = (days: number) => new Date(status.clock.now().getTime() - days * day);

describe('the OCSP answer about a certificate', () => {
  const answerTo = async (serial: string, by = world) =>
    (await by.get(`/v1/certificates/${serial}`)).json.published.ocsp;

  it('The answer is that of the responder, verified', async () => {
    const good = await status.issue();
    const revoked = await status.issue({ revoked_at: ago(0), revocation_reason: 'keyCompromise' });
    const held = await status.issue({ hold_at: ago(0) });
    expect(await answerTo(good.serial)).toMatchObject({ status: 'good', revokedAt: null, failure: null });
    expect(await answerTo(revoked.serial)).toMatchObject({ status: 'revoked', reason: 'keyCompromise' });
    expect(await answerTo(held.serial)).toMatchObject({ status: 'revoked', reason: 'certificateHold' });
    // What is in the database is not what the responder answers.
    const { revokedAt } = await answerTo(revoked.serial);
    expect(Math.abs(Date.parse(revokedAt) - ago(0).getTime())).toBeLessThan(1_000);
  });

  it('A responder that cannot be reached, is not configured or gives no valid answer is said to be so', async () => {
    const { serial } = await status.issue();
    const answers = [];
    const other = createServer((_, response) => void response.end('no OCSP')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    for (const address of [
      `http://127.0.0.1:${await freePort()}`,
      '',
      `http://127.0.0.1:${port}`,
      status.url,
    ]) {
      const asking = await OpsWorld.on(
        { urlOf: status.databaseUrl },
        address ? { RESEAL_OCSP_URL: address } : {},
      );
      answers.push((await answerTo(serial, asking)).failure);
      await asking.close();
    }
    other.close();
    expect(answers).toEqual(['UNREACHABLE', 'NOT_ASKED', 'NOT_VALID', 'UNREACHABLE']);
    const ofAnotherCa = await enrolCertificates(status.owner, 1, external);
    expect(await answerTo(ofAnotherCa[0]!)).toMatchObject({ status: null, failure: 'NOT_ASKED' });
  });
});

describe('the inventory', () => {
  const all = () => status.owner.selectFrom('certificate').selectAll().execute();
  const listed = async (part: string, limit = 200) => {
    const serials: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = new URLSearchParams({
        part,
        limit: String(limit),
        ...(cursor && { cursor }),
      }).toString();
      const { json } = await world.get(`/v1/certificates?${query}`);
      serials.push(...json.items.map(({ serial }: { serial: string }) => serial));
      cursor = json.nextCursor;
    }
    return serials;
  };

  beforeAll(async () => {
    const now = status.clock.now();
    const enrol = (count: number, changes: Partial<NewCertificate>) =>
      enrolCertificates(status.owner, count, { stored_at: ago(100), ...changes });
    await enrol(3, { not_after: endOfDay(now, 30) });
    await enrol(2, { not_after: endOfDay(now, 1), stored_at: ago(3) });
    await enrol(4, { not_after: endOfDay(now, 31), stored_at: ago(5) });
    await enrol(2, { not_after: endOfDay(now, 5), hold_at: ago(2) });
    for (const days of [1, 2, 3])
      await enrol(2, { revoked_at: ago(days), revocation_reason: 'superseded', on_file: false });
    await enrol(5, { not_after: endOfDay(now, -4) });
    await enrol(2, { ...external, stored_at: ago(1) });
  });

  it('Each part lists its certificates page by page, in its order, and each certificate once', async () => {
    const now = status.clock.now();
    const rows = await all();
    const of = (is: string) => rows.filter((row) => certificateStatusOf(row, now) === is);
    const valid = of('VALID').filter((row) => row.on_file);
    const soon = valid.filter((row) => row.not_after <= endOfDay(now, 30));
    const expected = {
      EXPIRING: soon,
      VALID: valid,
      ON_HOLD: of('ON_HOLD'),
      REVOKED: of('REVOKED'),
      EXPIRED: of('EXPIRED').filter((row) => row.on_file),
    };
    expect(soon).toHaveLength(5);
    for (const [part, certificates] of Object.entries(expected)) {
      const serials = certificates.map(({ serial }) => serial);
      const found = await listed(part, 3);
      expect([part, found.toSorted()]).toEqual([part, serials.toSorted()]);
    }
    const timeOf = (serial: string) => rows.find((row) => row.serial === serial)!;
    const ends = (await listed('EXPIRING')).map((serial) => timeOf(serial).not_after.getTime());
    expect(ends).toEqual(ends.toSorted((one, other) => one - other));
    const revocations = (await listed('REVOKED', 2)).map((serial) => timeOf(serial).revoked_at!.getTime());
    expect(revocations).toEqual(revocations.toSorted((one, other) => other - one));
  });

  it('The counts and the days are those of the rows in the database', async () => {
    const { json } = await world.get('/v1/certificates/inventory');
    for (const { part, certificates, exact } of json.parts)
      expect([part, certificates, exact]).toEqual([part, (await listed(part)).length, true]);
    const rows = await all();
    const onDay = (times: readonly (Date | null)[], wanted: string) =>
      times.filter((time) => time && koreanDayOf(time) === wanted).length;
    const own = rows.filter(({ profile }) => profile !== 'external');
    expect(json.issued).toHaveLength(14);
    for (const { day: of, certificates } of json.issued)
      expect([of, certificates]).toEqual([
        of,
        onDay(
          own.map((row) => row.stored_at),
          of,
        ),
      ]);
    const expiring = await listed('EXPIRING');
    const ends = rows.filter(({ serial }) => expiring.includes(serial)).map((row) => row.not_after);
    expect(json.expiring).toHaveLength(31);
    for (const { day: of, certificates } of json.expiring)
      expect([of, certificates]).toEqual([of, onDay(ends, of)]);
    const sum = (days: { certificates: number }[]) => days.reduce((all_, one) => all_ + one.certificates, 0);
    expect([sum(json.issued), sum(json.expiring)]).toEqual([6, 5]);
  });

  it('A list needs a serial number, a customer or a part, and one of them only', async () => {
    for (const query of ['', '?part=VALID&customerRef=abc', '?part=LOST'])
      expect((await world.get(`/v1/certificates${query}`)).status).toBe(422);
  });
});
