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

/** One of the operators' commands. Those that change something only show what they would do without `--confirm`. */
export interface Command {
  readonly name: string;
  /** What may follow the name, and in a few words what it does. */
  readonly usage: string;
  readonly summary: string;
  /** @returns the exit code, 0 by default */
  run(args: string[], context: CommandContext): Promise<number | void>;
}

/** The arguments are not those of the command: told with its usage. */
export class CommandUsageError extends Error {
  override readonly name = 'UsageError';
}

/** What commands work with, each part opened when it is first asked for and closed at the end. */
export interface CommandContext {
  config(): CaConfig;
  profile(): CertificateProfile;
  /** From when on what is issued now is valid: by `backdateMs` before, for those whose clocks are behind. */
  issuanceTime(): Date;
  /** The database, whether it can be reached or not. */
  db(): RoleDatabase<'signer'>;
  /** The database if it can be reached and has been migrated. */
  reachableDb(): Promise<RoleDatabase<'signer'> | undefined>;
  /**
   * Where the issuing CA's keys are; one session with a token serves the whole command.
   * @throws {KeyStoreError} if a token is wanted and not described
   */
  keys(): IssuingKeysOptions;
  /** @throws {KeyStoreError} if the keys cannot be used */
  authorities(): Promise<OpenAuthorities>;
  clock(): Date;
  out(line: string): void;
  /** Who asked for this, as the audit trail names them. */
  readonly actor: string;
  /**
   * Does the work between two entries in the authority's audit trail.
   * @param work answers with what the second entry says of the result
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

/** @returns the context, and what closes all that was opened */
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
      if (!(await reachableDb())) out('The database cannot be reached: this is not in the audit trail.');
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

/** A function that makes its value at the first call and keeps it; `used` says whether it was called. */
function lazy<T>(make: () => T): (() => T) & { used(): boolean } {
  let made: { value: T } | undefined;
  return Object.assign(() => (made ??= { value: make() }).value, { used: () => made !== undefined });
}
