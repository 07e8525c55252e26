import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { inTransaction } from '#libs/db';
import { lockCustomer } from '#libs/db/customers';
import { lockReissue } from '#libs/db/reissues';
import { createSigningWorld, type SigningWorld } from '../world/signing-world.js';

let world: SigningWorld;
beforeAll(async () => void (world = await createSigningWorld()));
afterAll(() => world.close());

const serialOf = async (answer: ReturnType<SigningWorld['issue']>) => {
  const issued = await answer;
  if (issued.outcome !== 'ISSUED') throw new Error(issued.code);
  return issued.serial;
};
async function expectStored(reissueId: string): Promise<void> {
  const rows = await world.certificatesOf(reissueId);
  expect(rows.map((row) => row.state)).toEqual(['STORED']);
  expect(await world.auditOf(reissueId)).toEqual(['INTENDED', 'DONE']);
}

describe('certificates asked for at the same time', () => {
  it('Concurrent requests are prepared and stored together, each with its own audit trail', async () => {
    const ids = await world.makeReissues(24);
    const serials = await Promise.all(ids.map((id) => serialOf(world.issue(id))));
    expect(new Set(serials).size).toBe(24);
    for (const id of ids) await expectStored(id);
    const { rows } = await sql<{ transactions: number }>`
      SELECT count(DISTINCT xmin::text)::int AS transactions FROM certificate WHERE serial = ANY (${serials})
    `.execute(world.owner);
    expect(rows[0]!.transactions).toBeLessThan(12);
  });

  it('Concurrent requests for one reissue give one certificate', async () => {
    const { reissueId } = await world.makeReissue();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => world.issue(reissueId)));
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ type: 'UNDER_WAY', nonRetryable: false });
    }
    await expectStored(reissueId);
    const [row] = await world.certificatesOf(reissueId);
    expect(await world.issue(reissueId)).toEqual({ outcome: 'ISSUED', serial: row!.serial });
  });

  it('Concurrent requests of two signers for the same reissues give one certificate each', async () => {
    const ids = await world.makeReissues(12);
    const signers = [world.signer({ db: world.as('signer') }), world.signer({ db: world.as('signer') })];
    const turned = [ids, [...ids].reverse()];
    await Promise.allSettled(signers.flatMap((issue, index) => turned[index]!.map((id) => issue(id))));
    for (const id of ids) await expectStored(id);
  });

  it('Concurrent requests for one key give one certificate, also for two reissues', async () => {
    const first = await world.makeReissue();
    const second = await world.makeReissue(first.key);
    const both = [first.reissueId, second.reissueId];
    const results = await Promise.allSettled(both.map((id) => world.issue(id)));
    const issued = results.filter(({ status }) => status === 'fulfilled');
    expect(issued).toHaveLength(1);
    const again = await Promise.all(both.map((id) => world.issue(id)));
    expect(again.map(({ outcome }) => outcome).sort()).toEqual(['ISSUED', 'REFUSED']);
    expect(again).toContainEqual({ outcome: 'REFUSED', code: 'KEY_ALREADY_USED' });
  });

  it('Concurrent requests for two reissues of one person are both issued', async () => {
    const first = await world.makeReissue();
    const second = await world.makeReissue({ customer_id: first.customerId });
    await Promise.all([first, second].map(({ reissueId }) => serialOf(world.issue(reissueId))));
    await expectStored(first.reissueId);
    await expectStored(second.reissueId);
  });

  it('Concurrent requests are refused each for its own fault', async () => {
    const good = await world.makeReissue();
    const cancelled = await world.makeReissue({ state: 'CANCELLED' });
    const foreign = await world.makeReissue({ key_thumbprint: good.key.key_thumbprint });
    const [issued, failed, refused] = await Promise.allSettled(
      [good, cancelled, foreign].map(({ reissueId }) => world.issue(reissueId)),
    );
    expect(issued).toMatchObject({ value: { outcome: 'ISSUED' } });
    expect(failed).toMatchObject({ reason: { type: 'NOT_AUTHORISED' } });
    expect(refused).toMatchObject({ value: { outcome: 'REFUSED', code: 'KEY_NOT_NAMED_AT_START' } });
  });

  it('Concurrent requests do not wait for a request whose person or reissue is locked', async () => {
    const [held, locked] = [await world.makeReissue(), await world.makeReissue()];
    const others = await world.makeReissues(6);
    const waiting: ReturnType<SigningWorld['issue']>[] = [];
    await inTransaction(world.owner, async (tx) => {
      await lockCustomer(tx, held.customerId);
      await lockReissue(tx, locked.reissueId);
      waiting.push(world.issue(held.reissueId), world.issue(locked.reissueId));
      await Promise.all(others.map((id) => serialOf(world.issue(id))));
      expect(await world.certificatesOf(held.reissueId)).toEqual([]);
    });
    await Promise.all(waiting.map(serialOf));
    await expectStored(held.reissueId);
    await expectStored(locked.reissueId);
  });

  it.each(['INSERT', 'UPDATE'])(
    'Concurrent requests succeed although the database fails on the %s of one of them',
    async (command) => {
      const [bad, ...others] = await world.makeReissues(6);
      await sql`
      CREATE FUNCTION fail_on_one() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'not this one'; END $$
    `.execute(world.owner);
      await sql`
      CREATE TRIGGER fail_on_one BEFORE ${sql.raw(command)} ON certificate FOR EACH ROW
      WHEN (NEW.state <> 'ABANDONED' AND NEW.reissue_id = ${sql.lit(bad!)}) EXECUTE FUNCTION fail_on_one()
    `.execute(world.owner);
      const all = [...others, bad!].map((id) => world.issue(id));
      const results = await Promise.allSettled(all);
      await sql`DROP FUNCTION fail_on_one CASCADE`.execute(world.owner);
      expect(results.map(({ status }) => status)).toEqual([...others.map(() => 'fulfilled'), 'rejected']);
      for (const id of others) {
        const rows = await world.certificatesOf(id);
        expect(rows.filter(({ state }) => state === 'STORED')).toHaveLength(1);
      }
      await serialOf(world.issue(bad!));
    },
  );
});
