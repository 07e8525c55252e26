import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Role } from '../world/test-database.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
let inForce: string;
let revoked: string;
beforeAll(async () => {
  world = await createWorld();
  const { reissueId } = await walkTo(world, await customer(world), 'REGISTERED');
  const row = await world.owner
    .selectFrom('reissue')
    .select(['serial', 'old_serial'])
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  [inForce, revoked] = [row.serial!, row.old_serial!];
});
afterAll(() => world.close());

const certificate = (serial: string) =>
  world.owner.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirstOrThrow();

describe.each<Role>(['worker', 'signer'])('a certificate in the hands of reseal_%s', (role) => {
  const attempt = (set: string, serial: string) =>
    sql.raw(`UPDATE certificate SET ${set} WHERE serial = '${serial}'`).execute(world.as(role, 1));

  it.each([
    'revoked_at = NULL, revocation_reason = NULL',
    `revoked_at = revoked_at - interval '1 day'`,
    `revocation_reason = 'unspecified'`,
    'invalidity_date = revoked_at',
    'hold_at = revoked_at',
  ])(`reseal_${role} cannot undo the revocation of a certificate: %s`, async (set) => {
    const before = await certificate(revoked);
    expect(before.revoked_at).not.toBeNull();
    await expect(attempt(set, revoked)).rejects.toThrow(/is final|permission denied/);
    expect(await certificate(revoked)).toEqual(before);
  });

  it.each([
    `serial = 'ff'`,
    `spki_sha256 = 'ff'`,
    `der = '\\x00'`,
    `state = 'ABANDONED'`,
    'reissue_id = NULL',
    `customer_id = gen_random_uuid()`,
    `not_after = not_after + interval '1 year'`,
    `registered_at = registered_at + interval '1 s'`,
  ])(`reseal_${role} cannot change a stored certificate: %s`, async (set) => {
    const before = await certificate(inForce);
    await expect(attempt(set, inForce)).rejects.toThrow(/stays|once|permission denied|check constraint/);
    expect(await certificate(inForce)).toEqual(before);
  });

  it(`reseal_${role} cannot delete a certificate`, async () => {
    await expect(sql`DELETE FROM certificate`.execute(world.as(role, 1))).rejects.toThrow(
      'permission denied',
    );
  });

  it(`reseal_${role} may hold and release a certificate that is not revoked`, async () => {
    await attempt('hold_at = now()', inForce);
    expect((await certificate(inForce)).hold_at).not.toBeNull();
    await attempt('hold_at = NULL', inForce);
    expect((await certificate(inForce)).hold_at).toBeNull();
  });
});

describe.each<Role>(['gateway', 'ops', 'worker', 'signer', 'status', 'sandbox'])(
  'a certificate in the hands of reseal_%s, were it granted everything',
  (role) => {
    beforeAll(() => sql.raw(`GRANT ALL ON certificate TO reseal_${role}`).execute(world.owner));
    const attempt = (statement: string) => sql.raw(statement).execute(world.as(role, 1));

    it(`reseal_${role} with all privileges cannot change a revocation or its reason`, async () => {
      const before = await certificate(revoked);
      for (const set of ['revoked_at = NULL, revocation_reason = NULL', `revocation_reason = 'unspecified'`])
        await expect(attempt(`UPDATE certificate SET ${set} WHERE serial = '${revoked}'`)).rejects.toThrow(
          'is final',
        );
      expect(await certificate(revoked)).toEqual(before);
    });

    it(`reseal_${role} with all privileges cannot change the signed certificate`, async () => {
      const before = await certificate(inForce);
      for (const set of [`serial = 'ff'`, `spki_sha256 = repeat('f', 64)`, `der = '\\x00'`])
        await expect(attempt(`UPDATE certificate SET ${set} WHERE serial = '${inForce}'`)).rejects.toThrow(
          /stays (what|as)/,
        );
      expect(await certificate(inForce)).toEqual(before);
    });

    it(`reseal_${role} with all privileges cannot delete a certificate`, async () => {
      for (const statement of ['DELETE FROM certificate', 'TRUNCATE certificate CASCADE'])
        await expect(attempt(statement)).rejects.toThrow(/kept for good|permission denied/);
      expect(await certificate(inForce)).toBeDefined();
    });
  },
);
