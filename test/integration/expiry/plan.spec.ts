import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql, type RawBuilder } from 'kysely';
import { createDatabase, type Database } from '#libs/db';
import { inventoryPage, inventoryParts, pageOf } from '#libs/db/certificates';
import { expiryWindows } from '#libs/domain';
import { insertCertificates } from '../../world/many-certificates.js';
import { asSpec, createTestDatabase, type TestDatabase } from '../../world/test-database.js';

const now = new Date('2026-11-05T03:04:05.678Z');
let database: TestDatabase;
let owner: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
  await insertCertificates(owner, { due: 5_000, others: 15_000, now });
});
afterAll(async () => {
  await owner.destroy();
  await database.drop();
});

it('A page of certificates to announce is read by index in the order of their expiry, and reads no more than the page', async () => {
  const [window] = expiryWindows([30, 7, 1], now);
  const after = { notAfter: new Date(now.getTime() + 15 * 86_400_000), serial: '10' };
  const page = pageOf({ ...window!, after, limit: 100 });
  const nodes = await planOf(page);
  const scans = nodes.filter((node) => node['Relation Name'] !== undefined);
  expect(scans.find((node) => node['Relation Name'] === 'certificate')).toMatchObject({
    'Index Name': 'certificate_by_expiry',
  });
  const above = nodes.slice(
    0,
    nodes.findIndex((node) => node['Relation Name'] === 'certificate'),
  );
  expect(above.map((node) => node['Node Type'])).not.toContain('Sort');
  // Tables without rows are small enough to be scanned.
  for (const scan of scans) expect(scan['Actual Rows'] * scan['Actual Loops']).toBeLessThanOrEqual(200);
});

it('Each part of the inventory is read by index, and no more than the page', async () => {
  const times = { now, soon: new Date(now.getTime() + 31 * 86_400_000) };
  const middle = { time: new Date(now.getTime() + 20 * 86_400_000).toISOString(), serial: '10' };
  await sql`UPDATE certificate SET revoked_at = not_before + interval '1 day', revocation_reason = 'superseded', on_file = false
    WHERE serial < '104'`.execute(owner);
  await sql`VACUUM ANALYZE certificate`.execute(owner);
  for (const part of inventoryParts)
    for (const after of [undefined, middle]) {
      const nodes = await planOf(inventoryPage(part, times, { limit: 50, ...(after && { after }) }));
      const scans = nodes.filter((node) => node['Relation Name'] === 'certificate');
      for (const scan of scans) {
        expect([part, scan['Node Type']]).toEqual([part, expect.stringMatching(/^(Bitmap )?(Index|Heap)/)]);
        expect(scan['Actual Rows'] * scan['Actual Loops']).toBeLessThanOrEqual(50);
      }
    }
});

async function planOf(statement: RawBuilder<unknown>): Promise<Node[]> {
  const { rows } = await sql<{
    'QUERY PLAN': unknown;
  }>`EXPLAIN (ANALYZE, FORMAT JSON) ${statement}`.execute(owner);
  return nodesOf((rows[0]!['QUERY PLAN'] as { Plan: Node }[])[0]!.Plan);
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Node[];
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
