import type { Database } from '#libs/db';
import { sql } from 'kysely';
import { databaseRoles, readPassword } from '../keys/first-keys.js';
import type { Step } from '../steps.js';
import { isVerifierOf, scramVerifier } from './scram.js';
import { namesIn, openSession, sqlStateOf, sqlStates } from './session.js';

/** Servers that keep their data on the same PostgreSQL, too. */
export interface DatabaseParts {
  readonly temporal: boolean;
  readonly sandbox: boolean;
}

/** The roles that the parts need. */
export const rolesOf = ({ temporal, sandbox }: DatabaseParts): string[] =>
  databaseRoles.filter(
    (role) => (temporal || role !== 'reseal_temporal') && (sandbox || role !== 'reseal_sandbox'),
  );

/**
 * Creates the roles that are missing, and sets passwords that differ from those in the folder of secrets. A role without a
 * password there keeps its own, and may sign in by a certificate.
 */
export async function roleSteps(
  admin: Database,
  adminUrl: string,
  folder: string | undefined,
  parts: DatabaseParts,
): Promise<Step[]> {
  const existing = await namesIn(admin, sql`select rolname as name from pg_roles`);
  const verifiers = await storedVerifiers(admin);
  const hasPassword = async (role: string, password: string) =>
    verifiers ? isVerifierOf(password, verifiers.get(role) ?? '') : await signsIn(adminUrl, role, password);
  const steps: Step[] = [];
  for (const role of rolesOf(parts)) {
    const password = folder && readPassword(folder, role);
    const exists = existing.has(role);
    if (exists && (!password || (await hasPassword(role, password)))) continue;
    const verb = exists ? sql`alter` : sql`create`;
    const identified = password ? sql` password ${sql.lit(scramVerifier(password))}` : sql``;
    steps.push({
      what: exists ? `set the password of the role ${role}` : `create the role ${role}`,
      run: async () => void (await sql`${verb} role ${sql.id(role)} login${identified}`.execute(admin)),
    });
  }
  return steps;
}

/** What PostgreSQL stores of each role's password; undefined if only a superuser may read it. */
async function storedVerifiers(admin: Database): Promise<Map<string, string> | undefined> {
  try {
    const { rows } = await sql<{
      role: string;
      verifier: string;
    }>`select rolname as role, rolpassword as verifier from pg_authid where rolpassword is not null`.execute(
      admin,
    );
    return new Map(rows.map(({ role, verifier }) => [role, verifier]));
  } catch (error) {
    if (sqlStateOf(error) === sqlStates.insufficientPrivilege) return undefined;
    throw error;
  }
}

async function signsIn(adminUrl: string, role: string, password: string): Promise<boolean> {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  url.searchParams.delete('passwordfile');
  const db = openSession(url.href);
  try {
    await sql`select 1`.execute(db);
    return true;
  } catch (error) {
    // The password is compared before the right to connect to the administrator's database.
    if (sqlStateOf(error) === sqlStates.insufficientPrivilege) return true;
    if (sqlStateOf(error) === sqlStates.invalidPassword) return false;
    throw error;
  } finally {
    await db.destroy();
  }
}
