import type { Database } from '#libs/db';
import { allMigrations, migrate, pendingMigrations } from '#libs/db/migrations';
import { sql } from 'kysely';
import type { DatabaseSetupConfig } from '../config.js';
import type { Plan, Step } from '../steps.js';
import { rolesOf, roleSteps, type DatabaseParts } from './roles.js';
import { namesIn, openSession } from './session.js';

/** A database, its owner, and the roles that may connect. The migrations grant rights inside the database. */
interface DatabaseSpec {
  readonly name: string;
  readonly owner: string;
  readonly guests: readonly string[];
}

const owner = 'reseal_owner';
/** A lock of the administrator's session: a second setup waits, and finds what the first has made. Any number will do. */
const oneAtATime = 7_325_001;

const databaseSpecs = (reseal: string, { temporal, sandbox }: DatabaseParts): DatabaseSpec[] => [
  { name: reseal, owner, guests: rolesOf({ temporal: false, sandbox }).filter((role) => role !== owner) },
  ...(sandbox ? [{ name: 'reseal_sandbox', owner: 'reseal_sandbox', guests: [] }] : []),
  ...(temporal
    ? ['temporal', 'temporal_visibility'].map((name) => ({ name, owner: 'reseal_temporal', guests: [] }))
    : []),
];

/**
 * Roles, databases, who may connect, and the schema of Reseal's own database. Without an administrator's URL it is the
 * schema only.
 */
export async function planDatabase(config: DatabaseSetupConfig, parts: DatabaseParts): Promise<Plan> {
  const { adminDatabaseUrl, databaseUrl: ownerUrl } = config;
  const name = decodeURIComponent(new URL(ownerUrl).pathname.slice(1));
  if (adminDatabaseUrl === undefined)
    return {
      steps: migrationSteps(ownerUrl, name, await pendingOf(ownerUrl)),
      warnings: ['roles and databases are not compared, because RESEAL_ADMIN_DATABASE_URL is not set'],
    };
  const admin = openSession(adminDatabaseUrl);
  try {
    await sql`select pg_advisory_lock(${oneAtATime})`.execute(admin);
    const existing = await namesIn(admin, sql`select datname as name from pg_database`);
    const steps = await roleSteps(admin, adminDatabaseUrl, config.secretsDirectory, parts);
    for (const spec of databaseSpecs(name, parts))
      steps.push(...(await databaseSteps(admin, spec, existing.has(spec.name))));
    const pending = existing.has(name) ? await pendingBefore(steps, ownerUrl) : allMigrations();
    steps.push(...migrationSteps(ownerUrl, name, pending));
    return { steps, close: () => admin.destroy() };
  } catch (error) {
    await admin.destroy();
    throw error;
  }
}

const migrationSteps = (ownerUrl: string, name: string, pending: readonly string[] | undefined): Step[] =>
  pending?.length === 0
    ? []
    : [
        {
          what: `migrate the database ${name}${pending ? `: ${pending.join(', ')}` : ''}`,
          run: async () => void (await migrate(ownerUrl)),
        },
      ];

/** The migrations that the database lacks; undefined if the owner can sign in only after the steps. */
async function pendingBefore(
  steps: readonly Step[],
  ownerUrl: string,
): Promise<readonly string[] | undefined> {
  try {
    return await pendingOf(ownerUrl);
  } catch (error) {
    if (steps.length === 0) throw error;
    return undefined;
  }
}

async function pendingOf(ownerUrl: string): Promise<readonly string[]> {
  const session = openSession(ownerUrl);
  try {
    return await pendingMigrations(session);
  } finally {
    await session.destroy();
  }
}

async function databaseSteps(admin: Database, spec: DatabaseSpec, exists: boolean): Promise<Step[]> {
  const { name, owner, guests } = spec;
  const steps: Step[] = [];
  if (!exists)
    steps.push({
      what: `create the database ${name}`,
      run: async () => {
        // An administrator without superuser rights can create a database only for a role of which it is a member.
        await sql`grant ${sql.id(owner)} to current_user`.execute(admin).catch(() => undefined);
        await sql`create database ${sql.id(name)} owner ${sql.id(owner)}`.execute(admin);
      },
    });
  const allowed = exists ? await mayConnect(admin, name) : new Set(['public']);
  if (allowed.has('public'))
    steps.push({
      what: `forbid other roles to connect to the database ${name}`,
      run: async () => void (await sql`revoke all on database ${sql.id(name)} from public`.execute(admin)),
    });
  const lacking = guests.filter((guest) => !allowed.has(guest));
  if (lacking.length > 0)
    steps.push({
      what: `allow ${lacking.join(', ')} to connect to the database ${name}`,
      run: async () => {
        const roles = sql.join(lacking.map((guest) => sql.id(guest)));
        await sql`grant connect on database ${sql.id(name)} to ${roles}`.execute(admin);
      },
    });
  return steps;
}

/** The roles to which CONNECT was granted, and `public`. */
const mayConnect = (admin: Database, name: string): Promise<Set<string>> =>
  namesIn(
    admin,
    sql`select coalesce(rolname, 'public') as name
      from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) as granted
      left join pg_roles on pg_roles.oid = grantee
      where datname = ${name} and privilege_type = 'CONNECT'`,
  );
