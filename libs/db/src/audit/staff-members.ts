import type { StaffRole } from '#libs/domain';
import { sql } from 'kysely';
import type { Database, RoleDatabase } from '../database.js';

/** A member of staff as their last sign-in stated them. */
export interface StaffMember {
  readonly subject: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
  readonly lastSeenAt: Date;
}

/** Records a sign-in, and removes those who have not signed in since `forgottenBefore`. */
export async function recordStaffMember(
  db: RoleDatabase<'ops'>,
  { subject, name, roles, lastSeenAt }: StaffMember,
  forgottenBefore: Date,
): Promise<void> {
  await sql`
    WITH forgotten AS (DELETE FROM staff_member WHERE last_seen_at < ${forgottenBefore} AND subject <> ${subject})
    INSERT INTO staff_member (subject, name, roles, first_seen_at, last_seen_at)
    VALUES (${subject}, ${name}, ${roles}::text[], ${lastSeenAt}, ${lastSeenAt})
    ON CONFLICT (subject) DO UPDATE
      SET name = excluded.name, roles = excluded.roles, last_seen_at = excluded.last_seen_at`.execute(db);
}

/** The staff who had signed in before the end of a period and still did in it or later, and those of the given subjects. */
export async function staffMembers(
  db: Database<'select staff_member'>,
  { from, to, subjects }: { readonly from: Date; readonly to: Date; readonly subjects: readonly string[] },
): Promise<StaffMember[]> {
  const { rows } = await sql<StaffMember>`
    SELECT subject, name, roles, last_seen_at AS "lastSeenAt" FROM staff_member
    WHERE (last_seen_at >= ${from} AND first_seen_at < ${to}) OR subject = ANY (${subjects}::text[])
    ORDER BY subject`.execute(db);
  return rows;
}
