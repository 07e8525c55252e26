import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inTransaction, type RoleDatabase, type RoleTx } from '#libs/db';
import {
  advanceImport,
  completeImport,
  externalIssuers,
  importById,
  insertExternalIssuers,
  insertRefusedLines,
  openImport,
  refusedLinesAfter,
  type CustomerImportRow,
  type ImportCounts,
  type RefusedLine,
} from '#libs/db/customers';
import type { Clock } from '#libs/domain';
import type { RegistryKeys } from '#libs/vault';
import { ToolFailure, UsageError } from '../terminal.js';
import { ExternalIssuers } from './external-certificate.js';
import { lineBatches, type Encoding } from './lines.js';
import { createRecordReader, forms, type Form, type RecordReader } from './records.js';
import { storeBatch } from './store-batch.js';

/** The number of lines that one transaction stores. */
const batchSize = 500;
const reportPage = 1_000;

export interface FileImport {
  readonly db: RoleDatabase<'customers'>;
  readonly registryKeys: RegistryKeys;
  readonly clock: Clock;
  /** The operator, for the audit trail. */
  readonly actor: string;
  readonly file: string;
  readonly encoding: Encoding;
  /** Certificates of issuing CAs of other operators, in DER. */
  readonly issuers: readonly Buffer[];
  /** Interrupts the import between two batches. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch, with the last line that was handled. */
  readonly onProgress?: (line: number, counts: ImportCounts) => void;
  readonly onRefused: (refused: RefusedLine) => void;
}

/** The result of an import that has come to the end of its file. */
export interface ImportResult extends ImportCounts {
  /** Lines that an earlier run handled; 0 if this run began the import. */
  readonly resumedAfter: number;
}

/** The import was interrupted: what was committed stays, and the next run continues. */
export class Interrupted extends ToolFailure {}

/**
 * Imports a file of customers. Each batch is one transaction, which also records how far the import has come, so that a
 * run which was killed continues where it stopped. It keeps one batch in memory.
 */
export async function importFile(job: FileImport): Promise<ImportResult> {
  const fileDigest = await digestOf(job.file);
  const { import_id: importId, line: resumedAfter } = await inTransaction(job.db, async (tx) => {
    await insertExternalIssuers(tx, new ExternalIssuers(job.issuers).all, job.clock());
    return openImport(tx, { fileDigest, actor: job.actor, at: job.clock() });
  });
  const issuers = new ExternalIssuers([...job.issuers, ...(await externalIssuers(job.db))]);
  await eachBatch(job, resumedAfter, (reader, batch, from, to) =>
    inTransaction(job.db, (tx) =>
      store(tx, job, { importId, issuers, dryRun: false }, reader, batch, from, to),
    ),
  );
  await inTransaction(job.db, (tx) => completeImport(tx, importId, job.clock()));
  return { ...(await reportOf(job.db, importId, job.onRefused)), resumedAfter };
}

/** Plans the import of a file in one transaction that is rolled back. It locks no customer. */
export async function planImport(job: FileImport): Promise<ImportResult> {
  const fileDigest = await digestOf(job.file);
  let result: ImportResult | undefined;
  await inTransaction(job.db, async (tx) => {
    const begun = await openImport(tx, {
      fileDigest: `dry run ${fileDigest}`,
      actor: job.actor,
      at: job.clock(),
    });
    const importId = begun.import_id;
    const issuers = new ExternalIssuers([...job.issuers, ...(await externalIssuers(tx))]);
    await eachBatch(job, 0, (reader, batch, from, to) =>
      store(tx, job, { importId, issuers, dryRun: true }, reader, batch, from, to),
    );
    result = { ...(await reportOf(tx, importId, job.onRefused)), resumedAfter: 0 };
    throw new Rollback();
  }).catch((error: unknown) => {
    if (!(error instanceof Rollback)) throw error;
  });
  return result!;
}

class Rollback extends Error {}

async function store(
  tx: RoleTx<'customers'>,
  { registryKeys, clock }: FileImport,
  import_: { readonly importId: string; readonly issuers: ExternalIssuers; readonly dryRun: boolean },
  reader: RecordReader,
  batch: Parameters<RecordReader['read']>[0],
  from: number,
  to: number,
): Promise<ImportCounts> {
  const { importId } = import_;
  const { refused, ...outcome } = await storeBatch(
    tx,
    { ...import_, registryKeys, now: clock() },
    reader.read(batch),
  );
  const counts = { ...outcome, refused: refused.length };
  if (refused.length > 0) await insertRefusedLines(tx, importId, refused);
  if (!(await advanceImport(tx, importId, { from, to, counts })))
    throw new ToolFailure('Another run is importing this file. Wait until it has ended.');
  return counts;
}

/** Reads the file in batches, and calls `handle` for those with lines after `resumedAfter`. */
async function eachBatch(
  { file, encoding, clock, signal, onProgress }: FileImport,
  resumedAfter: number,
  handle: (
    reader: RecordReader,
    batch: Parameters<RecordReader['read']>[0],
    from: number,
    to: number,
  ) => Promise<ImportCounts>,
): Promise<void> {
  const reader = createRecordReader(formOf(file), clock());
  const total = { added: 0, changed: 0, unchanged: 0, refused: 0 };
  let from = resumedAfter;
  for await (const batch of lineBatches(createReadStream(file), encoding, batchSize)) {
    const to = batch.at(-1)!.number;
    const first = batch[0]!;
    if (to <= resumedAfter) {
      if (first.number === 1) reader.readHeader(first);
      continue;
    }
    if (signal?.aborted)
      throw new Interrupted(`Interrupted after line ${from}. Run the same command again to continue.`);
    const counts = await handle(reader, batch, from, to);
    for (const outcome of ['added', 'changed', 'unchanged', 'refused'] as const)
      total[outcome] += counts[outcome];
    from = to;
    onProgress?.(to, total);
  }
}

function formOf(file: string): Form {
  const ending = extname(file).toLowerCase();
  if (!Object.hasOwn(forms, ending))
    throw new UsageError(`FILE must end with ${Object.keys(forms).join(', ')}: it tells the form`);
  return forms[ending as keyof typeof forms];
}

async function digestOf(file: string): Promise<string> {
  formOf(file);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw new UsageError(`There is no file ${file}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** The counts of an import, after its refused lines. */
async function reportOf(
  db: RoleDatabase<'customers'> | RoleTx<'customers'>,
  importId: string,
  onRefused: (refused: RefusedLine) => void,
): Promise<ImportCounts> {
  for (let after = 0, page; (page = await refusedLinesAfter(db, importId, after, reportPage)).length > 0;) {
    page.forEach(onRefused);
    after = page.at(-1)!.line;
  }
  const { added, changed, unchanged, refused }: CustomerImportRow = await importById(db, importId);
  return { added, changed, unchanged, refused };
}
