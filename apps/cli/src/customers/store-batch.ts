import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { RoleTx } from '#libs/db';
import type { NewCertificate } from '#libs/db/certificates';
import {
  certificatesToImport,
  claimImportKeys,
  customersToImport,
  ownersOfLookups,
  writeImportedCustomers,
  type CustomerOnFile,
  type CustomerWrites,
  type KnownCertificate,
  type RefusedLine,
} from '#libs/db/customers';
import { externalProfile } from '#libs/domain';
import { sealNewNumber, sealNumber } from '#libs/resident-numbers';
import { rrnLookup, rrnLookups, unwrapCustomerKey, type RegistryKeys } from '#libs/vault';
import type { CustomerRecord } from './customer-record.js';
import {
  CertificateRefused,
  type ExternalCertificate,
  type ExternalIssuers,
} from './external-certificate.js';
import type { ReadLine } from './records.js';

/** What storing a batch needs. */
export interface BatchContext {
  readonly importId: string;
  readonly registryKeys: RegistryKeys;
  readonly issuers: ExternalIssuers;
  readonly now: Date;
  /** A dry run plans the same writes and makes none of them. */
  readonly dryRun: boolean;
}

/** The outcome of one batch. */
export interface BatchOutcome {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: readonly RefusedLine[];
}

/** A line with the values under which others are compared with it. */
interface Candidate {
  readonly line: number;
  readonly record: CustomerRecord;
  readonly certificate: ExternalCertificate | undefined;
  readonly keys: readonly { readonly field: string; readonly key: string }[];
  readonly lookups: readonly string[];
}

/** What is on file that concerns a batch. */
interface OnFile {
  readonly byId: ReadonlyMap<string, CustomerOnFile>;
  readonly byCi: ReadonlyMap<string, CustomerOnFile>;
  readonly lookupOwners: ReadonlyMap<string, string>;
  readonly certificates: readonly KnownCertificate[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };

class LineRefused extends Error {}

/** Stores the customers of a batch in one transaction, or plans to. Numbers are sealed before anything is written. */
export async function storeBatch(
  tx: RoleTx<'customers'>,
  context: BatchContext,
  lines: readonly ReadLine[],
): Promise<BatchOutcome> {
  const refused: RefusedLine[] = [];
  const attempt = <T>(line: number, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LineRefused)) throw error;
      refused.push({ line, reason: error.message });
      return undefined;
    }
  };
  const candidates: Candidate[] = [];
  for (const each of lines) {
    if ('refused' in each) refused.push({ line: each.line, reason: each.refused });
    else {
      const candidate = attempt(each.line, () => candidateOf(context, each.line, each.record));
      if (candidate) candidates.push(candidate);
    }
  }
  const claims = candidates.flatMap(({ line, keys }) => keys.map(({ key }) => ({ key, line })));
  const owners = await claimImportKeys(tx, context.importId, claims);
  const unique = candidates.filter((candidate) => {
    const twice = candidate.keys.find(({ key }) => owners.get(key) !== candidate.line);
    if (twice)
      refused.push({
        line: candidate.line,
        reason: `${twice.field} is the same as in line ${owners.get(twice.key)}`,
      });
    return !twice;
  });

  const onFile = await readOnFile(tx, unique, !context.dryRun);
  const writes: Mutable<CustomerWrites> = {
    ...{ added: [], changed: [], keys: [], numbers: [], verifiers: [], certificates: [] },
  };
  const counts = { added: 0, changed: 0, unchanged: 0 };
  for (const candidate of unique) {
    const outcome = attempt(candidate.line, () => plan(context, candidate, onFile, writes));
    if (outcome) counts[outcome] += 1;
  }
  if (!context.dryRun) await writeImportedCustomers(tx, writes, context.now);
  return { ...counts, refused: refused.sort((one, other) => one.line - other.line) };
}

function candidateOf(
  { issuers, registryKeys }: BatchContext,
  line: number,
  record: CustomerRecord,
): Candidate {
  const lookups = record.rrn === undefined ? [] : rrnLookups(registryKeys, record.rrn);
  const certificate = record.certificate && readCertificate(issuers, record.certificate);
  const digest = (text: string) => createHash('sha256').update(text).digest('base64');
  return {
    ...{ line, record, certificate, lookups },
    keys: [
      { field: 'customerId', key: `id:${digest(record.customerId)}` },
      { field: 'ci', key: `ci:${digest(record.ci)}` },
      ...(record.rrn === undefined
        ? []
        : [{ field: 'rrn', key: `rrn:${rrnLookup(registryKeys, record.rrn)}` }]),
      ...(certificate ? [{ field: 'certificate', key: `key:${certificate.spki_sha256}` }] : []),
    ],
  };
}

function readCertificate(issuers: ExternalIssuers, der: Buffer): ExternalCertificate {
  try {
    return issuers.read(der);
  } catch (error) {
    if (error instanceof CertificateRefused) throw new LineRefused(`certificate ${error.message}`);
    throw error;
  }
}

async function readOnFile(
  tx: RoleTx<'customers'>,
  candidates: readonly Candidate[],
  lock: boolean,
): Promise<OnFile> {
  const customers = await customersToImport(tx, {
    ids: candidates.map(({ record }) => record.customerId),
    cis: candidates.map(({ record }) => record.ci),
    lock,
  });
  const lookupOwners = await ownersOfLookups(
    tx,
    candidates.flatMap(({ lookups }) => lookups),
  );
  const given = candidates.flatMap(({ certificate }) => certificate ?? []);
  const certificates =
    given.length === 0
      ? []
      : await certificatesToImport(tx, {
          serials: given.map(({ serial }) => serial),
          keys: given.map(({ spki_sha256 }) => spki_sha256),
          customerIds: customers.map(({ customerId }) => customerId),
        });
  return {
    byId: new Map(
      customers.flatMap((each) => (each.bankCustomerId === null ? [] : [[each.bankCustomerId, each]])),
    ),
    byCi: new Map(customers.map((each) => [each.ci, each])),
    ...{ lookupOwners, certificates },
  };
}

/** Adds what one line changes to the writes. @throws {LineRefused} */
function plan(
  context: BatchContext,
  candidate: Candidate,
  onFile: OnFile,
  writes: Mutable<CustomerWrites>,
): 'added' | 'changed' | 'unchanged' {
  const { record, lookups } = candidate;
  const known = customerOf(record, onFile);
  const customerId = known?.customerId ?? randomUUID();
  for (const lookup of lookups) {
    const owner = onFile.lookupOwners.get(lookup);
    if (owner !== undefined && owner !== customerId) throw new LineRefused('rrn belongs to another customer');
  }
  const certificate = newCertificateOf(context, candidate, customerId, onFile);
  const row = {
    customer_id: customerId,
    bank_customer_id: record.customerId,
    ci: record.ci,
    name: record.name,
    mobile: record.mobile,
    carrier: record.carrier ?? null,
    email: record.email ?? null,
    bank_code: record.bankCode,
    account_number: record.accountNumber,
    expiry_notices: record.expiryNotices ?? known?.expiryNotices ?? true,
  };
  const number = planNumber(context, candidate, customerId, known, writes);
  const setAt = record.passwordSetAt ?? context.now;
  // Without its time, a verifier is only the first one: the customer may have set a new password here since.
  const newer = known?.passwordSetAt
    ? record.passwordSetAt !== undefined && record.passwordSetAt > known.passwordSetAt
    : true;
  const verifier = record.passwordVerifier !== undefined && newer;
  if (verifier) writes.verifiers.push({ customerId, verifier: record.passwordVerifier!, setAt });
  if (certificate) writes.certificates.push(certificate);
  if (!known) {
    writes.added.push({ ...row, customer_ref: randomBytes(16).toString('hex') });
    return 'added';
  }
  const differs = !isSame(row, known);
  if (differs) writes.changed.push(row);
  return differs || number || verifier || certificate ? 'changed' : 'unchanged';
}

/** The customer on file whom a line names; undefined for a new one. */
function customerOf(record: CustomerRecord, { byId, byCi }: OnFile): CustomerOnFile | undefined {
  const sameId = byId.get(record.customerId);
  const sameCi = byCi.get(record.ci);
  if (sameId && sameId.erasedAt === null && sameId.ci !== record.ci)
    throw new LineRefused('ci differs from the one on file: it would be another person');
  const known = sameId ?? sameCi;
  if (known && (known.erasedAt !== null || known.keyDestroyed))
    throw new LineRefused('customerId was erased: the customer is not brought back');
  // Customers who were not imported have no id of the bank yet: the CI names the person.
  if (!sameId && sameCi && sameCi.bankCustomerId !== null)
    throw new LineRefused('ci belongs to another customer');
  return known;
}

function isSame(
  row: CustomerWrites['changed'][number],
  { bankCustomerId, name, mobile, carrier, email, bankCode, accountNumber, expiryNotices }: CustomerOnFile,
): boolean {
  return (
    row.bank_customer_id === bankCustomerId &&
    row.name === name &&
    row.mobile === mobile &&
    row.carrier === carrier &&
    row.email === email &&
    row.bank_code === bankCode &&
    row.account_number === accountNumber &&
    row.expiry_notices === expiryNotices
  );
}

/** Seals a number that is not on file. @returns whether there is one */
function planNumber(
  { registryKeys }: BatchContext,
  { record: { rrn }, lookups }: Candidate,
  customerId: string,
  known: CustomerOnFile | undefined,
  writes: Mutable<CustomerWrites>,
): boolean {
  if (rrn === undefined || (known?.lookup && lookups.includes(known.lookup))) return false;
  if (known?.wrapped && known.keyId !== null) {
    const key = unwrapCustomerKey(registryKeys, customerId, { keyId: known.keyId, wrapped: known.wrapped });
    writes.numbers.push({ customerId, ...sealNumber(registryKeys, key, rrn) });
  } else {
    const { key, ...number } = sealNewNumber(registryKeys, customerId, rrn);
    writes.keys.push({ customerId, ...key });
    writes.numbers.push(number);
  }
  return true;
}

/** The row of a certificate that is not on file, unless Reseal issued a later one. @throws {LineRefused} */
function newCertificateOf(
  { now }: BatchContext,
  { certificate }: Candidate,
  customerId: string,
  { certificates }: OnFile,
): NewCertificate | undefined {
  if (!certificate) return undefined;
  const same = certificates.find(
    ({ serial, spkiSha256 }) => serial === certificate.serial || spkiSha256 === certificate.spki_sha256,
  );
  if (same && (same.customerId !== customerId || !same.der?.equals(certificate.der)))
    throw new LineRefused('certificate has the serial number or the key of another certificate');
  const current = certificates.find(
    (each) => each.customerId === customerId && each.onFile && each.policy === certificate.policy,
  );
  if (same || (current && (!current.external || current.notBefore >= certificate.not_before)))
    return undefined;
  return {
    ...certificate,
    customer_id: customerId,
    enrolment_id: `import/${certificate.serial}`,
    // Made by no profile of ours. Its CRLs are not ours either.
    ...{ profile: externalProfile, profile_digest: externalProfile, crl_shard: 0 },
    ...{ basis: 'NEW', state: 'STORED', on_file: true, created_at: now, stored_at: now },
    registered_at: certificate.not_before,
  };
}
