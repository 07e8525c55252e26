import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { leafOf } from '#libs/audit-proofs';
import { loggedEntry, sequenceEntries } from '#libs/audit-log';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry, entriesAt } from '#libs/db/audit';
import {
  auditWriters,
  authorityActions,
  mayWrite,
  reissueActions,
  type AuditAction,
  type AuditRole,
  type AuthorityAction,
  type ReissueAction,
} from '#libs/domain';
import { sql } from 'kysely';
import { insertBareReissue } from '../world/bare-reissue.js';
import { asSpec, createTestDatabase, type Role, type TestDatabase } from '../world/test-database.js';

jest.setTimeout(60_000);
const roles = Object.keys(auditWriters) as AuditRole[];
const actions = [...Object.keys(reissueActions), ...Object.keys(authorityActions)] as AuditAction[];
/** One actor of each kind. */
const actors = [
  ...['customer', 'system', 'staff:olivia', 'operator:bora', 'client:app', 'signer', 'sequencer'],
  ...['gateway', 'ops', 'worker', 'status', 'staff:', ''],
];
const twoDays = 2 * 24 * 60 * 60_000;

let database: TestDatabase;
let owner: Database;
let reissueId: string;
const as = {} as Record<AuditRole, Database>;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
  for (const role of roles)
    as[role] = createDatabase({ url: database.urlOf(role.slice('reseal_'.length) as Role), ...asSpec });
  reissueId = await insertBareReissue(owner, new Date());
});
afterAll(async () => {
  await Promise.all([owner, ...Object.values(as)].map((db) => db.destroy()));
  await database.drop();
});

const isOfReissue = (action: AuditAction): action is ReissueAction => Object.hasOwn(reissueActions, action);

const write = (db: Database, action: AuthorityAction, actor: string, occurredAt: Date): Promise<void> =>
  appendAuthorityEntry(db, { actor, action, outcome: 'DONE', occurredAt });

/** All entries that the role could write, each as `action actor`. All combinations are tried. */
async function writtenBy(role: AuditRole): Promise<string[]> {
  const first = roles.indexOf(role) * 10_000 + 1;
  const attempts = actions
    .flatMap((action) => actors.map((actor) => ({ action, actor, own: isOfReissue(action) })))
    .map((attempt, nth) => ({ ...attempt, sequence: first + nth }));
  await sql`
    DO ${sql.lit(`
    DECLARE
      attempt record;
    BEGIN
      FOR attempt IN SELECT * FROM jsonb_to_recordset('${JSON.stringify(attempts)}')
        AS given (action text, actor text, own boolean, sequence int)
      LOOP
        BEGIN
          IF attempt.own THEN
            INSERT INTO audit_entry (reissue_id, sequence, actor, action, outcome, details, occurred_at)
            VALUES ('${reissueId}', attempt.sequence, attempt.actor, attempt.action, 'DONE', '{}',
              clock_timestamp());
          ELSE
            INSERT INTO authority_entry (actor, action, outcome, details, occurred_at)
            VALUES (attempt.actor, attempt.action, 'DONE', '{}', clock_timestamp());
          END IF;
        EXCEPTION WHEN insufficient_privilege THEN NULL;
        END;
      END LOOP;
    END`)}`.execute(as[role]);
  const { rows } = await sql<{ action: string; actor: string }>`
    SELECT action, actor FROM audit_entry WHERE recorded_by = ${role}
    UNION ALL SELECT action, actor FROM authority_entry WHERE recorded_by = ${role}`.execute(owner);
  return rows.map(({ action, actor }) => `${action} ${actor}`);
}

describe('each role of the database', () => {
  it('Each role of the database has the actions and actors that the domain lists', async () => {
    const { rows } = await sql<{ role: string; action: string; actor: string }>`
      SELECT role, action, actor FROM audit_writer`.execute(owner);
    const listed = Object.entries(auditWriters).flatMap(([role, own]) =>
      Object.entries(own).flatMap(([action, names]) => names.map((actor) => `${role} ${action} ${actor}`)),
    );
    expect(rows.map(({ role, action, actor }) => `${role} ${action} ${actor}`).sort()).toEqual(listed.sort());
  });

  it.each(roles)('Each role of the database writes the actions on its list only (%s)', async (role) => {
    const allowed = actions.flatMap((action) =>
      actors.filter((actor) => mayWrite(role, action, actor)).map((actor) => `${action} ${actor}`),
    );
    expect((await writtenBy(role)).sort()).toEqual(allowed.sort());
    expect(allowed.length).toBeGreaterThan(0);
  });
});

describe('an entry of the audit trail', () => {
  it('A public app cannot write an audit entry in the name of staff', async () => {
    for (const role of ['reseal_status', 'reseal_gateway'] as const)
      for (const action of ['approve', 'readReissue', 'startProcess'] satisfies AuthorityAction[])
        await expect(write(as[role], action, 'staff:april', new Date(Date.now() - twoDays))).rejects.toThrow(
          `${role} may not write an audit entry '${action}' in the name of 'staff:april'`,
        );
  });

  it.each([
    ['reseal_status', 'startProcess', 'status'],
    ['reseal_gateway', 'useKey', 'gateway'],
    ['reseal_ops', 'approve', 'staff:april'],
  ] as const)('An audit entry of %s with a time of another day is refused', async (role, action, actor) => {
    for (const days of [-twoDays, twoDays])
      await expect(write(as[role], action, actor, new Date(Date.now() + days))).rejects.toThrow(
        'may not date an audit entry',
      );
  });

  it("An audit entry is stamped with the signed-in role and the database's time, whatever the writer sends", async () => {
    const { before } = (await sql<{ before: Date }>`SELECT clock_timestamp() AS before`.execute(owner))
      .rows[0]!;
    await sql`
      INSERT INTO authority_entry (actor, action, outcome, details, occurred_at, recorded_by, recorded_at)
      VALUES ('status', 'startProcess', 'DONE', '{}', clock_timestamp(), 'reseal_worker', '2020-01-01T00:00:00Z')`.execute(
      as.reseal_status,
    );
    const newest = await owner
      .selectFrom('authority_entry')
      .selectAll()
      .orderBy('position', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    expect(newest.recorded_by).toBe('reseal_status');
    expect(newest.recorded_at!.getTime()).toBeGreaterThanOrEqual(before.getTime());
  });

  it('The leaf of the log covers the stamp of an audit entry', async () => {
    await inTransaction(as.reseal_worker, (tx) => sequenceEntries(tx, 10_000, new Date()));
    const leaves = await owner.selectFrom('audit_leaf').selectAll().execute();
    const rows = await entriesAt(
      owner,
      leaves.map(({ stream, sequence }) => ({ stream, sequence: Number(sequence) })),
    );
    expect(rows.length).toBeGreaterThan(10);
    const kept = new Set(leaves.map(({ leaf_hash }) => leaf_hash.toString('hex')));
    for (const row of rows) {
      const entry = loggedEntry(row);
      expect(entry.recordedBy).toMatch(/^reseal_/);
      expect(kept).toContain(Buffer.from(leafOf(entry)).toString('hex'));
      const { recordedBy: _, recordedAt: __, ...unstamped } = entry;
      expect(kept).not.toContain(Buffer.from(leafOf(unstamped)).toString('hex'));
    }
  });
});
