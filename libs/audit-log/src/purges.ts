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
 * What an entry keeps of the records that a purge took away: SHA-256, in hexadecimal, over a line `<record> <digest>` for
 * each, in the order of their names. The records' digests stay, so that it can be made again from what is left.
 */
export function digestOfPurged(records: readonly PurgedRecord[]): string {
  const hash = createHash('sha256');
  for (const { record, digest } of records) hash.update(`${record} ${digest}\n`);
  return hash.digest('hex');
}

const longAgo = new Date(0);
const farAhead = new Date('9999-12-31T00:00:00Z');

/** What is gone was purged by rule and told, and each purge took what it says. */
export async function verifyPurges(db: Database, report: FindingCollector): Promise<void> {
  const purges = await recordedAgePurges(db);
  for (const purge of purges) {
    const records = await recordsOfAge(db, purge.kind, purge);
    if (records.length !== purge.records || digestOfPurged(records) !== purge.digest)
      report.finding(
        'PURGE_ALTERED',
        `it did not take the ${records.length} records of its time that there were`,
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
      report.finding('PURGE_ALTERED', 'it did not take the records that its reissues had', place);
    if (purge.early.length > 0)
      report.finding('PURGE_ALTERED', `it took ${purge.early.join(', ')} before its time`, place);
  }
  for (const kind of purgedByAge) {
    const told = purges.filter((purge) => purge.kind === kind);
    for (const untold of uncovered(told))
      for (const { reissueId, sequence } of await missingRecords(db, kind, untold))
        report.finding('RECORD_MISSING', `${recordNames[kind]} is gone, and no purge tells of it`, {
          stream: reissueId,
          ...(sequence === null ? {} : { sequence }),
        });
  }
}

const recordNames: Readonly<Record<PurgedByAge, string>> = {
  personalDetails: 'the personal part of the entry',
  histories: 'the archived history',
};

/** The time that no range covers. */
function uncovered(ranges: readonly AgeRange[]): AgeRange[] {
  const open: AgeRange[] = [];
  let from = longAgo;
  for (const range of ranges.toSorted((one, other) => one.from.getTime() - other.from.getTime())) {
    if (range.from > from) open.push({ from, before: range.from });
    if (range.before > from) from = range.before;
  }
  return [...open, { from, before: farAhead }];
}
