import { userInfo } from 'node:os';
import {
  loadProfile,
  openAuthorities,
  type CertificateProfile,
  type IssuingKeysOptions,
  type OpenAuthorities,
} from '#libs/ca';
import { loadConfig } from '#libs/config';
import { createDatabase, type RoleDatabase } from '#libs/db';
import { appendAuthorityEntry, type NewAuthorityEntry } from '#libs/db/audit';
import type { AuthorityAction } from '#libs/domain';
import { sql } from 'kysely';
import { caConfig, type CaConfig } from '../config.js';
import { issuingKeysOf } from '../key-locations.js';

/** A command of the `ca` tool. Without `--confirm`, a command that changes something only shows its plan. */
export interface Command {
  readonly name: string;
  /** The arguments and a short description, for the help text. */
  readonly usage: string;
  readonly summary: string;
  /** @returns the exit code, 0 by default */
  run(args: string[], context: CommandContext): Promise<number | void>;
}

/** The arguments are not valid; printed with the usage of the command. */
export class CommandUsageError extends Error {
  override readonly name = 'UsageError';
}

/** The resources of a command. Each is opened on first use and closed at the end. */
export interface CommandContext {
  config(): CaConfig;
  profile(): CertificateProfile;
  /** The time at which new certificates and CRLs become valid: now minus `backdateMs`, for slow clocks. */
  issuanceTime(): Date;
  /** The database; the connection is not checked. */
  db(): RoleDatabase<'signer'>;
  /** The database if it can be reached and has been migrated. */
  reachableDb(): Promise<RoleDatabase<'signer'> | undefined>;
  /**
   * The location of the issuing CA's keys. The whole command uses one session with a token.
   * @throws {KeyStoreError} if a token is configured incompletely
   */
  keys(): IssuingKeysOptions;
  /** @throws {KeyStoreError} if the keys cannot be used */
  authorities(): Promise<OpenAuthorities>;
  clock(): Date;
  out(line: string): void;
  /** The operator, for the audit trail. */
  readonly actor: string;
  /**
   * Does the work between two entries in the authority's audit trail.
   * @param work returns details for the second entry
   */
  audited(
    action: AuthorityAction,
    details: Record<string, unknown>,
    work: () => Promise<Record<string, unknown> | void>,
  ): Promise<void>;
}

interface ContextOptions {
  /** Operator's name; by default the user of the operating system. */
  readonly as?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: () => Date;
  readonly out?: (line: string) => void;
}

/** @returns the context, and a function that closes all opened resources */
export function createContext(options: ContextOptions = {}): {
  context: CommandContext;
  close(): Promise<void>;
} {
  const { env = process.env, clock = () => new Date(), out = console.log } = options;
  const config = lazy(() => loadConfig(caConfig, env));
  const db = lazy(() =>
    createDatabase<'signer'>({
      url: config().databaseUrl,
      max: config().databasePoolSize,
      applicationName: 'reseal-ca',
    }),
  );
  const keys = lazy(() => issuingKeysOf(config()));
  const authorities = lazy(() => openAuthorities({ ...keys(), clock }));
  const reachableDb = lazy(async () => ((await isReady(db())) ? db() : undefined));
  const actor = `operator:${options.as ?? userInfo().username}`;

  const append = async (entry: Omit<NewAuthorityEntry, 'actor' | 'occurredAt'>) => {
    const reachable = await reachableDb();
    if (!reachable) return;
    await appendAuthorityEntry(reachable, { ...entry, actor, occurredAt: clock() });
  };
  const context: CommandContext = {
    config,
    profile: lazy(() => loadProfile(config())),
    issuanceTime: () => new Date(clock().getTime() - config().backdateMs),
    db,
    reachableDb,
    keys,
    authorities,
    clock,
    out,
    actor,
    async audited(action, details, work) {
      if (!(await reachableDb()))
        out('The database cannot be reached: the audit trail does not record this command.');
      await append({ action, outcome: 'STARTED', details });
      try {
        const result = await work();
        await append({ action, outcome: 'DONE', details: { ...details, ...result } });
      } catch (error) {
        await append({ action, outcome: 'FAILED', reason: (error as Error).name, details });
        throw error;
      }
    },
  };
  return {
    context,
    async close() {
      if (keys.used()) await keys().token?.close();
      if (db.used()) await db().destroy();
    },
  };
}

async function isReady(db: RoleDatabase<'signer'>): Promise<boolean> {
  try {
    const { rows } = await sql<{ ready: boolean }>`
      select to_regclass('authority_entry') is not null as ready`.execute(db);
    return rows[0]?.ready ?? false;
  } catch {
    return false;
  }
}

/** A function that computes its value on the first call and caches it; `used` returns whether it was called. */
function lazy<T>(make: () => T): (() => T) & { used(): boolean } {
  let made: { value: T } | undefined;
  return Object.assign(() => (made ??= { value: make() }).value, { used: () => made !== undefined });
}
