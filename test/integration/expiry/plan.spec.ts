import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createDatabase, type Database } from '#libs/db';
import { pageOf } from '#libs/db/certificates';
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
  const { rows } = await sql<{ 'QUERY PLAN': unknown }>`EXPLAIN (ANALYZE, FORMAT JSON) ${page}`.execute(
    owner,
  );
  const nodes = nodesOf((rows[0]!['QUERY PLAN'] as { Plan: Node }[])[0]!.Plan);
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

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Node[];
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
