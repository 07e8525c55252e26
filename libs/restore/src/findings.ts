import type { Database } from '#libs/db';
import { checkpointOfSize } from '#libs/db/audit';
import { certificateStatuses } from '#libs/db/certificates';
import { crlByNumber } from '#libs/db/crls';
import { lastRestoreAt } from '#libs/db/restores';
import { newestEntries, type CrlJournalEntry, type JournalEntry } from '#libs/signer-journal';
import { newestKeptCheckpoint } from './kept-checkpoints.js';

/** Evidence that the database was restored from a backup and is older than the other stores. */
export interface RestoreFinding {
  readonly finding:
    | 'CERTIFICATE_UNKNOWN'
    | 'CRL_UNKNOWN'
    | 'CHECKPOINT_UNKNOWN'
    | 'ROW_BEHIND_WORKFLOW'
    | 'ROW_MISSING'
    | 'DECLARED';
  /** Identifiers, for the engineer who investigates it. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Finds a certificate or a CRL that is in a signer's journal but not in the database. */
export async function detectRestoreByJournal(
  db: Database<'select certificate' | 'select crl' | 'select restore'>,
  directory: string,
): Promise<RestoreFinding | undefined> {
  const entries = await newestEntries(directory);
  const certificates = entries.flatMap((entry) => (entry.kind === 'CERTIFICATE' ? [entry] : []));
  const serials = certificates.map(({ serial }) => serial);
  const known = new Set((await certificateStatuses(db, serials)).map(({ serial }) => serial));
  const unknown = certificates.find(({ serial }) => !known.has(serial));
  if (unknown) {
    const { serial, reissueId, at } = unknown;
    return { finding: 'CERTIFICATE_UNKNOWN', details: { serial, reissueId, at } };
  }
  const since = await lastRestoreAt(db);
  for (const { issuer, shard, number, at } of supersededCrls(entries.filter(isAfter(since))))
    if (!(await crlByNumber(db, issuer, shard, number)))
      return { finding: 'CRL_UNKNOWN', details: { issuer, shard, number, at } };
  return undefined;
}

const isAfter =
  (time: Date | undefined) =>
  ({ at }: JournalEntry) =>
    !time || new Date(at) > time;

/**
 * The CRL before the newest of each shard. The newest does not prove a restore: a CRL is written to the journal before the
 * database, and the signer may have crashed in between. An older CRL was in the database when its successor got its number.
 */
function supersededCrls(entries: readonly JournalEntry[]): CrlJournalEntry[] {
  const crls = entries.flatMap((entry) => (entry.kind === 'CRL' ? [entry] : []));
  return [...Map.groupBy(crls, ({ issuer, shard }) => `${issuer}/${shard}`).values()].flatMap((ofShard) => {
    const byNumber = new Map(ofShard.map((crl) => [BigInt(crl.number), crl]));
    const newest = [...byNumber.keys()].reduce((one, other) => (one > other ? one : other));
    return byNumber.get(newest - 1n) ?? [];
  });
}

/** Finds a checkpoint of the audit log that was kept outside the database but is not in it. */
export async function detectRestoreByCheckpoints(
  db: Database<'select audit_checkpoint' | 'select restore'>,
  file: string,
): Promise<RestoreFinding | undefined> {
  const newest = await newestKeptCheckpoint(file);
  if (!newest) return undefined;
  const since = await lastRestoreAt(db);
  if (since && new Date(newest.time) <= since) return undefined;
  const known = await checkpointOfSize(db, newest.size);
  if (known?.jws === newest.jws) return undefined;
  const { size, time } = newest;
  return { finding: 'CHECKPOINT_UNKNOWN', details: { size, time } };
}
