import { type ParseArgsOptionsConfig } from 'node:util';
import { parseOptions } from '#libs/command-line';
import { configExitCode, ConfigError, databaseConfig, loadConfig, registryConfig } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { appendAuthorityEntry, type NewAuthorityEntry } from '#libs/db/audit';
import { eraseCustomer, registryStatus, rotateRegistry } from '#libs/resident-numbers';
import type { RegistryKeys } from '#libs/vault';
import { z } from 'zod';
import { databaseFailure } from '../database-failure.js';
import { runTool } from '../run-tool.js';
import { actorOf, UsageError, type Terminal } from '../terminal.js';
import { statusLines } from './status-lines.js';

const usage = `Usage: npm run -s registry -- <command>

  status [--json]
      Shows under which keys the customers' resident registration numbers are encrypted, and how many are to be rotated.

  rotate [--confirm]
      Encrypts everything under the current key. Other processes continue to run; after an interruption, the next run
      continues. Every process must have the new key before it becomes the current one. Earlier keys can be removed
      once status shows that nothing is left to be rotated.

  erase CUSTOMER_REF [--confirm]
      Destroys the key of one customer, and so the number and the photos of documents. It cannot be undone.
      Certificates and consents are kept and can still be verified.

Without --confirm, rotate and erase only show what they would do. Every command takes --as NAME: the operator, for the
audit trail. The tool needs the worker's environment.
Exit codes: 0 done, 1 refused or failed, 2 invalid arguments, 3 some customers could not be rotated, 78 invalid configuration.`;

/** The settings of the worker that the tool reads. */
export const registryToolConfig = z.object({ ...databaseConfig, ...registryConfig });

interface RegistryTerminal extends Terminal {
  /** Interrupts a rotation between two batches. */
  readonly signal?: AbortSignal;
}

interface Context extends RegistryTerminal {
  readonly db: Database;
  readonly registryKeys: RegistryKeys;
  /** The operator, for the audit trail. */
  readonly actor: string;
}

const commands: Readonly<Record<string, (args: string[], terminal: RegistryTerminal) => Promise<number>>> = {
  status: (args, terminal) => withContext(args, terminal, { json: { type: 'boolean' } }, 0, status),
  rotate: (args, terminal) => withContext(args, terminal, { confirm: { type: 'boolean' } }, 0, rotate),
  erase: (args, terminal) => withContext(args, terminal, { confirm: { type: 'boolean' } }, 1, erase),
};

/** The operators' tool for the registry of customers' numbers. @returns the exit code */
export function runRegistry(args: string[], terminal: RegistryTerminal): Promise<number> {
  return runTool({ name: 'registry', usage, commands, failure }, args, terminal);
}

function failure(error: unknown) {
  if (error instanceof ConfigError) return { line: error.message, exitCode: configExitCode };
  return databaseFailure(error);
}

async function withContext(
  args: string[],
  terminal: RegistryTerminal,
  options: ParseArgsOptionsConfig,
  positionals: number,
  run: (context: Context, values: Record<string, unknown>, names: readonly string[]) => Promise<number>,
): Promise<number> {
  const parsed = parseOptions({
    args,
    options: { ...options, as: { type: 'string' } },
    allowPositionals: true,
  });
  if (parsed.positionals.length !== positionals)
    throw new UsageError(
      positionals === 0 ? 'The command takes no further arguments' : 'Name one customer: CUSTOMER_REF',
    );
  const config = loadConfig(registryToolConfig, terminal.env);
  const db = createDatabase({ url: config.databaseUrl, max: 4, applicationName: 'reseal-registry' });
  const actor = actorOf(parsed.values.as);
  try {
    const context = { ...terminal, db, registryKeys: config.registryKeys, actor };
    return await run(context, parsed.values, parsed.positionals);
  } finally {
    await db.destroy();
  }
}

async function status(
  { db, registryKeys, print }: Context,
  { json }: Record<string, unknown>,
): Promise<number> {
  const found = await registryStatus(db, registryKeys);
  for (const line of json ? [JSON.stringify(found, null, 2)] : statusLines(found)) print(line);
  return 0;
}

async function rotate(context: Context, { confirm }: Record<string, unknown>): Promise<number> {
  const { db, registryKeys, clock, actor, signal, print, complain } = context;
  const { toRotate } = await registryStatus(db, registryKeys);
  const key = registryKeys.current;
  if (!confirm) {
    print(
      `${toRotate} customers would be rotated to the key ${key}. Nothing was changed. Add --confirm to do it.`,
    );
    return 0;
  }
  await note(context, { action: 'rotateRegistry', outcome: 'STARTED', details: { key, toRotate } });
  try {
    const { rotated, failures } = await rotateRegistry({
      ...{ db, registryKeys, clock, actor },
      ...(signal ? { signal } : {}),
      onProgress: (progress) => print(`${progress.rotated} of ${toRotate} customers`),
    });
    const interrupted = signal?.aborted ?? false;
    const outcome = interrupted || failures.length > 0 ? 'FAILED' : 'DONE';
    const details = { key, rotated, failed: failures.length, interrupted };
    await note(context, { action: 'rotateRegistry', outcome, details });
    for (const { customerRef, reason } of failures) complain(`${customerRef}: ${reason}`);
    if (interrupted) complain('Interrupted. Run the command again to continue.');
    print(`${rotated} customers were rotated to the key ${key}, ${failures.length} were not.`);
    if (interrupted) return 1;
    return failures.length > 0 ? 3 : 0;
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    await note(context, { action: 'rotateRegistry', outcome: 'FAILED', reason, details: { key } }).catch(
      () => undefined, // the database may be the cause of the failure
    );
    throw error;
  }
}

async function erase(
  context: Context,
  { confirm }: Record<string, unknown>,
  [customerRef = '']: readonly string[],
): Promise<number> {
  const { db, registryKeys, actor, clock, print, complain } = context;
  const confirmed = confirm === true;
  const erasure = await eraseCustomer(db, registryKeys, { customerRef, actor, now: clock(), confirmed });
  if (!erasure) {
    if (confirmed)
      await note(context, { action: 'eraseCustomer', outcome: 'REFUSED', reason: 'UNKNOWN_CUSTOMER' });
    complain(`There is no customer ${customerRef}.`);
    return 1;
  }
  const { number, photos, openReissues } = erasure;
  const what = `${number ? 'the number' : 'no number'} and ${photos} ${photos === 1 ? 'photo' : 'photos'}`;
  if (confirmed) print(`The key of ${customerRef} was destroyed, and with it ${what}.`);
  else
    print(
      `The key of ${customerRef} would be destroyed, and with it ${what}. Nothing was changed. Add --confirm to do it.`,
    );
  if (openReissues.length > 0)
    print(`These open reissues end when they need the number: ${openReissues.join(', ')}.`);
  return 0;
}

function note({ db, actor, clock }: Context, entry: Omit<NewAuthorityEntry, 'actor' | 'occurredAt'>) {
  return appendAuthorityEntry(db, { ...entry, actor, occurredAt: clock() });
}
