import { readFile } from 'node:fs/promises';
import { type ParseArgsOptionsConfig } from 'node:util';
import { parseOptions } from '#libs/command-line';
import { configExitCode, ConfigError, databaseConfig, loadConfig, registryConfig } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { appendAuthorityEntry, type NewAuthorityEntry } from '#libs/db/audit';
import { customerByBankId } from '#libs/db/customers';
import { eraseWholeCustomer } from '#libs/resident-numbers';
import type { RegistryKeys } from '#libs/vault';
import { z } from 'zod';
import { databaseFailure } from '../database-failure.js';
import { runTool } from '../run-tool.js';
import { actorOf, ToolFailure, UsageError, type Terminal } from '../terminal.js';
import { issuersOfPem } from './external-certificate.js';
import { importFile, Interrupted, planImport, type FileImport } from './import-file.js';
import { encodings, type Encoding } from './lines.js';
import { writeReferences } from './write-references.js';

const usage = `Usage: npm run -s customers -- <command>

  import FILE [--dry-run] [--issuers FILE] [--encoding utf-8|euc-kr] [--json]
      Imports customers from a CSV file (.csv) or JSON Lines (.jsonl, .ndjson). A customer who is on file under the same
      id of the bank is changed to what the line says. Refused lines are printed with their number and the reason; all
      other lines are imported. After an interruption, the same command continues. Fields are in docs/customers.md.
      --dry-run   shows what would be added, changed and refused, and changes nothing
      --issuers   PEM file with the issuing CAs whose certificates customers bring along

  show CUSTOMER_ID [--json]
      Shows what is on file about a customer of the bank, without personal data.

  erase CUSTOMER_ID [--confirm]
      Erases a customer: contacts, account, number, photos, password and devices. It cannot be undone, and no later
      file brings the customer back. Certificates and consents are kept and can still be verified. Without --confirm it
      only shows what it would do.

  references FILE
      Writes a new CSV file with the bank's customerId and the customerRef of events, of each customer who has both. It
      lets the bank join events with its own data.

CUSTOMER_ID is the bank's own. import, erase and references take --as NAME: the operator, for the audit trail.
Exit codes: 0 done, 1 failed or interrupted, 2 invalid arguments, 3 some lines were refused, 78 invalid configuration.`;

/** The settings of the tool: a database role of its own, and the keys that seal numbers. */
export const customersToolConfig = z.object({ ...databaseConfig, ...registryConfig });

interface CustomersTerminal extends Terminal {
  /** Interrupts an import between two batches. */
  readonly signal?: AbortSignal;
}

interface Context extends CustomersTerminal {
  readonly db: Database;
  readonly registryKeys: RegistryKeys;
  readonly actor: string;
}

const json = { json: { type: 'boolean' } } as const;
const commands: Readonly<Record<string, (args: string[], terminal: CustomersTerminal) => Promise<number>>> = {
  import: (args, terminal) =>
    withContext(
      args,
      terminal,
      { ...json, 'dry-run': { type: 'boolean' }, issuers: { type: 'string' }, encoding: { type: 'string' } },
      importCustomers,
    ),
  show: (args, terminal) => withContext(args, terminal, json, show),
  erase: (args, terminal) => withContext(args, terminal, { confirm: { type: 'boolean' } }, erase),
  references: (args, terminal) => withContext(args, terminal, {}, exportReferences),
};

/** The operators' tool for the bank's customers. @returns the exit code */
export function runCustomers(args: string[], terminal: CustomersTerminal): Promise<number> {
  return runTool({ name: 'customers', usage, commands, failure }, args, terminal);
}

function failure(error: unknown) {
  if (error instanceof ConfigError) return { line: error.message, exitCode: configExitCode };
  if (error instanceof ToolFailure) return { line: error.message, exitCode: 1 };
  return databaseFailure(error);
}

async function withContext(
  args: string[],
  terminal: CustomersTerminal,
  options: ParseArgsOptionsConfig,
  run: (context: Context, values: Record<string, unknown>, subject: string) => Promise<number>,
): Promise<number> {
  const parsed = parseOptions({
    args,
    options: { ...options, as: { type: 'string' } },
    allowPositionals: true,
  });
  const [subject, ...more] = parsed.positionals;
  if (subject === undefined || more.length > 0)
    throw new UsageError('The command takes one FILE or CUSTOMER_ID');
  const config = loadConfig(customersToolConfig, terminal.env);
  const db = createDatabase({ url: config.databaseUrl, max: 2, applicationName: 'reseal-customers' });
  const actor = actorOf(parsed.values.as);
  try {
    return await run({ ...terminal, db, registryKeys: config.registryKeys, actor }, parsed.values, subject);
  } finally {
    await db.destroy();
  }
}

async function importCustomers(
  context: Context,
  { 'dry-run': dryRun, issuers, encoding = 'utf-8', json: asJson }: Record<string, unknown>,
  file: string,
): Promise<number> {
  const { print, complain } = context;
  const isEncoding = (text: unknown): text is Encoding => encodings.includes(text as Encoding);
  if (!isEncoding(encoding)) throw new UsageError(`--encoding must be one of ${encodings.join(', ')}`);
  const job: FileImport = {
    ...{ ...context, file, encoding },
    issuers: typeof issuers === 'string' ? issuersOfPem(await readText(issuers)) : [],
    onProgress: (line, { refused }) => complain(`${line} lines, ${refused} refused`),
    onRefused: ({ line, reason }) =>
      print(asJson ? JSON.stringify({ line, reason }) : `line ${line}: ${reason}`),
  };
  const { resumedAfter, ...counts } = dryRun
    ? await planImport(job)
    : await audited(context, 'importCustomers', () => importFile(job));
  if (resumedAfter > 0) complain(`An earlier run had handled the lines up to ${resumedAfter}.`);
  if (asJson) print(JSON.stringify(counts));
  else {
    const [would, be] = dryRun ? [' would be', ' Nothing was changed.'] : ['', ''];
    print(
      `${counts.added} customers${would} added, ${counts.changed} changed, ${counts.unchanged} as they are, ` +
        `${counts.refused} lines refused.${be}`,
    );
  }
  return counts.refused > 0 ? 3 : 0;
}

/** Records an act on many customers in the audit trail, before and after. */
async function audited<Result extends object>(
  context: Context,
  action: 'importCustomers' | 'exportCustomerReferences',
  run: () => Promise<Result>,
): Promise<Result> {
  const note = (outcome: NewAuthorityEntry['outcome'], entry: Partial<NewAuthorityEntry> = {}) =>
    appendAuthorityEntry(context.db, {
      ...{ actor: context.actor, action, outcome, occurredAt: context.clock() },
      ...entry,
    });
  await note('STARTED');
  try {
    const result = await run();
    await note('DONE', { details: { ...result } as Record<string, unknown> });
    return result;
  } catch (error) {
    const reason =
      error instanceof Interrupted ? 'INTERRUPTED' : error instanceof Error ? error.name : 'unknown';
    await note('FAILED', { reason }).catch(() => undefined); // the database may be the cause of the failure
    throw error;
  }
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new UsageError(`The file ${file} cannot be read`);
  });

async function show(
  { db, print, complain }: Context,
  { json: asJson }: Record<string, unknown>,
  bankId: string,
): Promise<number> {
  const found = await customerByBankId(db, bankId);
  if (!found) return notFound(complain, bankId);
  const { certificates, ...facts } = found;
  if (asJson) print(JSON.stringify(found, null, 2));
  else {
    for (const [name, value] of Object.entries(facts))
      print(`${name}: ${value instanceof Date ? value.toISOString() : String(value)}`);
    for (const { serial, issuer, notAfter } of certificates)
      print(`certificate on file: ${serial} of ${issuer}, until ${notAfter.toISOString()}`);
  }
  return 0;
}

async function erase(
  context: Context,
  { confirm }: Record<string, unknown>,
  bankId: string,
): Promise<number> {
  const { db, registryKeys, actor, clock, print, complain } = context;
  const confirmed = confirm === true;
  const found = await customerByBankId(db, bankId);
  if (!found) return notFound(complain, bankId);
  const { customerRef } = found;
  const erasure = await eraseWholeCustomer(db, registryKeys, { customerRef, actor, now: clock(), confirmed });
  if (!erasure) return notFound(complain, bankId);
  if (erasure.openReissues.length > 0) {
    complain(`Nothing was erased: ${erasure.openReissues.join(', ')} must end first.`);
    return 1;
  }
  const verb = confirmed ? 'was' : 'would be';
  print(
    `Customer ${customerRef} ${verb} erased: contacts, account, password and devices, ` +
      `${erasure.number ? 'the number' : 'no number'}, and ${erasure.photos} photos of documents.` +
      (confirmed ? '' : ' Nothing was changed. Add --confirm to do it.'),
  );
  return 0;
}

async function exportReferences(context: Context, _: Record<string, unknown>, file: string): Promise<number> {
  const run = () => writeReferences(context.db, file);
  const { customers } = await audited(context, 'exportCustomerReferences', run);
  context.print(`${customers} customers were written to ${file}.`);
  return 0;
}

function notFound(complain: (line: string) => void, bankId: string): number {
  complain(`The bank's customer ${bankId} is not on file.`);
  return 1;
}
