import type { Database } from '#libs/db';
import { checkpointOfSize } from '#libs/db/audit';
import { certificateStatuses } from '#libs/db/certificates';
import { crlByNumber } from '#libs/db/crls';
import { lastRestoreAt } from '#libs/db/restores';
import { newestEntries, type CrlJournalEntry, type JournalEntry } from '#libs/signer-journal';
import { newestKeptCheckpoint } from './kept-checkpoints.js';

/** What shows that a database was restored from an older backup than the rest of the world. */
export interface RestoreFinding {
  readonly finding:
    | 'CERTIFICATE_UNKNOWN'
    | 'CRL_UNKNOWN'
    | 'CHECKPOINT_UNKNOWN'
    | 'ROW_BEHIND_WORKFLOW'
    | 'ROW_MISSING'
    | 'DECLARED';
  /** Identifiers, for the engineer who looks into it. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** A certificate or a CRL that a signer's journal has and the database has not. */
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
 * Of each shard the CRL before the newest. A CRL is in the journal before it is in the database, and a signer that died
 * in between has published none; one that another follows was in the database when that one got its number.
 */
function supersededCrls(entries: readonly JournalEntry[]): CrlJournalEntry[] {
  const crls = entries.flatMap((entry) => (entry.kind === 'CRL' ? [entry] : []));
  return [...Map.groupBy(crls, ({ issuer, shard }) => `${issuer}/${shard}`).values()].flatMap((ofShard) => {
    const byNumber = new Map(ofShard.map((crl) => [BigInt(crl.number), crl]));
    const newest = [...byNumber.keys()].reduce((one, other) => (one > other ? one : other));
    return byNumber.get(newest - 1n) ?? [];
  });
}

/** A checkpoint of the audit log that was kept apart from the database, and that the database has not. */
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
