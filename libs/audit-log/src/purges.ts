import { createHash } from 'node:crypto';
import type { FindingCollector } from '#libs/audit-proofs';
import type { Database } from '#libs/db';
import {
  missingRecords,
  purgedByAge,
  recordedPurges,
  recordsOfAge,
  recordsOfReissues,
  recordedAgePurges,
  type AgeRange,
  type PurgedByAge,
  type PurgedRecord,
} from '#libs/db/retention';

/**
 * The digest of the records that a purge deleted, for its audit entry: SHA-256, hexadecimal, over a line
 * `<record> <digest>` for each record, ordered by name. The digests of the records are kept, so it can be computed again.
 */
export function digestOfPurged(records: readonly PurgedRecord[]): string {
  const hash = createHash('sha256');
  for (const { record, digest } of records) hash.update(`${record} ${digest}\n`);
  return hash.digest('hex');
}

const longAgo = new Date(0);
const farAhead = new Date('9999-12-31T00:00:00Z');

/** Verifies that every missing record was purged by rule and recorded, and that each purge deleted what it records. */
export async function verifyPurges(db: Database, report: FindingCollector): Promise<void> {
  const purges = await recordedAgePurges(db);
  for (const purge of purges) {
    const records = await recordsOfAge(db, purge.kind, purge);
    if (records.length !== purge.records || digestOfPurged(records) !== purge.digest)
      report.finding(
        'PURGE_ALTERED',
        `the purge does not record the ${records.length} records of its period`,
        {
          stream: 'authority',
          sequence: purge.position,
        },
      );
  }
  for await (const purge of recordedPurges(db)) {
    const place = { stream: 'authority', sequence: purge.position };
    const records = await recordsOfReissues(db, purge.reissueIds);
    if (records.length !== purge.records || digestOfPurged(records) !== purge.digest)
      report.finding('PURGE_ALTERED', 'the purge does not record the records of its reissues', place);
    if (purge.early.length > 0)
      report.finding('PURGE_ALTERED', `the purge deleted ${purge.early.join(', ')} too early`, place);
  }
  for (const kind of purgedByAge) {
    const ofKind = purges.filter((purge) => purge.kind === kind);
    for (const range of uncovered(ofKind))
      for (const { reissueId, sequence } of await missingRecords(db, kind, range))
        report.finding('RECORD_MISSING', `${recordNames[kind]} is missing, and no purge records it`, {
          stream: reissueId,
          ...(sequence === null ? {} : { sequence }),
        });
  }
}

const recordNames: Readonly<Record<PurgedByAge, string>> = {
  personalDetails: 'the personal part of the entry',
  histories: 'the archived history',
};

/** The periods that no range covers. */
function uncovered(ranges: readonly AgeRange[]): AgeRange[] {
  const open: AgeRange[] = [];
  let from = longAgo;
  for (const range of ranges.toSorted((one, other) => one.from.getTime() - other.from.getTime())) {
    if (range.from > from) open.push({ from, before: range.from });
    if (range.before > from) from = range.before;
  }
  return [...open, { from, before: farAhead }];
}
