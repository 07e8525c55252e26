import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sequenceEntries } from '#libs/audit-log';
import { inTransaction } from '#libs/db';
import { HistoryFiller } from '../bench/growth/fill.js';
import { customer } from '../world/people.js';
import { walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const tablesOfReissue = [
  'audit_entry',
  'certificate',
  'challenge',
  'consent',
  'identity_try',
  'password_try',
  'received_call',
  'step',
  'vault_envelope',
] as const;

it('Copies of a reissue have its rows in every table, and the audit log goes on after them', async () => {
  const { owner } = world;
  const { reissueId } = await walkTo(world, await customer(world), 'REGISTERED');
  const { customer_id, person_key } = await owner
    .selectFrom('reissue')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
  const rowsOf = async (id: string) => {
    const counts = tablesOfReissue.map(async (table) => {
      const rows = await owner.selectFrom(table).select('reissue_id').where('reissue_id', '=', id).execute();
      return [table, rows.length] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  };
  const sequence = () =>
    inTransaction(world.as('worker', 2), (tx) => sequenceEntries(tx, 1_000, world.clock.now()));
  await sequence();

  const filler = await HistoryFiller.open(world.urlOf('owner'), {
    reissueId,
    customerId: customer_id!,
    personKey: person_key,
  });
  await filler.fillUpTo(10);
  await filler.fillUpTo(21);
  await filler.close();

  const copies = await owner
    .selectFrom('reissue')
    .select(['reissue_id', 'serial'])
    .where('reissue_id', '!=', reissueId)
    .execute();
  expect(copies).toHaveLength(21);
  const expected = await rowsOf(reissueId);
  for (const { reissue_id, serial } of copies) {
    expect(await rowsOf(reissue_id)).toEqual(expected);
    const certificate = owner.selectFrom('certificate').select('state').where('reissue_id', '=', reissue_id);
    expect(await certificate.where('serial', '=', serial).execute()).toEqual([{ state: 'STORED' }]);
  }

  await walkTo(world, await customer(world), 'IDENTITY_REQUIRED');
  expect(await sequence()).toBeGreaterThan(0);
});
