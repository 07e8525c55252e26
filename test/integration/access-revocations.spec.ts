import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type Database } from '#libs/db';
import { callStateOf, deleteExpiredAccessRevocations, revokeAccess } from '#libs/db/reissues';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';
import { asSpec } from '../world/test-database.js';

let world: World;
let gateway: Database;
beforeAll(async () => {
  world = await createWorld();
  gateway = createDatabase({ url: world.urlOf('gateway'), ...asSpec });
});
afterAll(async () => {
  await gateway.destroy();
  await world.close();
});

/** Whether the access to a reissue was revoked, and when the reissue ended. */
const accessOf = async (reissueId: string) => {
  const { revoked, reissue } = await callStateOf(gateway, reissueId, '');
  return [revoked, reissue?.ended_at ?? undefined];
};

it('A reissue is open until its access is revoked, which may happen twice and before there is a row', async () => {
  const { reissueId } = await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
  const now = world.clock.now();
  const until = new Date(now.getTime() + 1_000);
  for (const id of [reissueId, 'ri_unknown']) {
    expect(await accessOf(id)).toEqual([false, undefined]);
    await revokeAccess(gateway, id, now, until);
    await revokeAccess(gateway, id, now, until);
    expect(await accessOf(id)).toEqual([true, undefined]);
  }
});

it('The end of a reissue is known to the gateway', async () => {
  const { reissueId } = await walkTo(world, await customer(world), 'REGISTERED');
  expect(await accessOf(reissueId)).toEqual([false, world.clock.now()]);
});

it('The worker forgets a revocation once every token of the reissue has expired', async () => {
  const worker = createDatabase({ url: world.urlOf('worker'), ...asSpec });
  const at = (seconds: number) => new Date(world.clock.now().getTime() + seconds * 1_000);
  await deleteExpiredAccessRevocations(worker, at(3_600));
  await revokeAccess(gateway, 'ri_1', at(0), at(10));
  expect(await deleteExpiredAccessRevocations(worker, at(9))).toBe(0);
  expect(await accessOf('ri_1')).toEqual([true, undefined]);
  expect(await deleteExpiredAccessRevocations(worker, at(11))).toBe(1);
  expect(await accessOf('ri_1')).toEqual([false, undefined]);
  await worker.destroy();
});
