import {
  compareConsents,
  compareReceipts,
  compareRegistration,
  compareReissue,
  compareStatus,
  replayReissue,
  replayStatus,
  FindingCollector,
  type EntryPosition,
  type LoggedEntry,
  type Unproven,
} from '#libs/audit-proofs';
import type { Database, Tx } from '#libs/db';
import {
  certificatesAfter,
  consentsOfReissues,
  entriesOfMissingCertificates,
  entriesOfReissues,
  receiptsOfReissues,
  reissuesAfter,
  statusEntriesOf,
  type EntryWithPersonal,
  type ReissueToVerify,
  type CertificateToVerify,
} from '#libs/db/audit';
import { consentOrigin } from './consent-origin.js';
import { loggedEntry } from './sequence.js';

/** Number of rows compared in one snapshot of the database. */
const batch = 500;

/**
 * Replays the entries of every reissue and certificate, and compares the result with the tables: state, reason, customer,
 * key, times, consents, receipts, the certificate and its status. Every certificate that entries name must exist.
 */
export async function verifyTables(db: Database, report: FindingCollector): Promise<void> {
  const unproven = new UnprovenCounts();
  await inBatches(
    db,
    reissuesAfter,
    ({ reissue_id }) => reissue_id,
    (tx, rows) => replayReissues(tx, rows, report, unproven),
  );
  await inBatches(
    db,
    certificatesAfter,
    ({ serial }) => serial,
    (tx, rows) => replayCertificates(tx, rows, report, unproven),
  );
  for (const { serial, ...place } of await entriesOfMissingCertificates(db))
    report.finding('RECORD_MISSING', `certificate ${serial}, which the entry names, is missing`, place);
  unproven.addTo(report);
}

/** Works on rows in batches, each in one snapshot, because rows and entries change together. */
async function inBatches<Row>(
  db: Database,
  read: (tx: Tx, after: string, limit: number) => Promise<Row[]>,
  keyOf: (row: Row) => string,
  work: (tx: Tx, rows: Row[]) => Promise<void>,
): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    const rows = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        const found = await read(tx, from, batch);
        await work(tx, found);
        return found;
      });
    const last = rows.at(-1);
    after = last && rows.length === batch ? keyOf(last) : undefined;
  }
}

/** Counts equal unproven items: in an old log the same item occurs for every row. */
class UnprovenCounts {
  private readonly counts = new Map<string, { readonly one: Unproven; count: number }>();

  add(one: Unproven): void {
    const key = `${one.what} ${one.message}`;
    const known = this.counts.get(key);
    if (known) known.count += 1;
    else this.counts.set(key, { one, count: 1 });
  }

  addTo(report: FindingCollector): void {
    for (const { one, count } of this.counts.values())
      if (count === 1) report.notProven(one.what, one.message, one.entry);
      else report.notProven(one.what, `${count} times: ${one.message}`);
  }
}

/** Compares one row, and adds the findings with its name to the report. */
function compareRow(
  about: { readonly place: EntryPosition; readonly name?: string },
  report: FindingCollector,
  unproven: UnprovenCounts,
  compare: (report: FindingCollector) => void,
): void {
  const own = new FindingCollector();
  compare(own);
  const verdict = own.verdict();
  for (const { kind, message, entry } of verdict.findings)
    report.finding(kind, about.name ? `${about.name}: ${message}` : message, entry ?? about.place);
  for (const one of verdict.unproven) unproven.add({ ...one, entry: one.entry ?? about.place });
}

async function replayReissues(
  tx: Tx,
  rows: readonly ReissueToVerify[],
  report: FindingCollector,
  unproven: UnprovenCounts,
): Promise<void> {
  const ids = rows.map(({ reissue_id }) => reissue_id);
  const entries = Map.groupBy(await entriesOfReissues(tx, ids), ({ stream }) => stream);
  const consents = Map.groupBy(await consentsOfReissues(tx, ids), ({ reissue_id }) => reissue_id);
  const receipts = Map.groupBy(await receiptsOfReissues(tx, ids), ({ reissue_id }) => reissue_id);
  for (const row of rows) {
    const items = (entries.get(row.reissue_id) ?? []).map(itemOf);
    const own = items.map(({ entry }) => entry);
    compareRow({ place: { stream: row.reissue_id } }, report, unproven, (found) => {
      const recorded = replayReissue(own);
      compareReissue(statedReissue(row), recorded, found);
      compareRegistration(iso(row.registered_at), recorded, found);
      compareFingerprint(row, recorded.issued, found);
      const said = (consents.get(row.reissue_id) ?? []).map(
        ({ terms_id: termsId, version, digest, locale, agreed, act, recorded_at, ...origin }) => ({
          ...{ termsId, version, digest, locale, agreed, act },
          ...consentOrigin(origin),
          recordedAt: recorded_at.toISOString(),
        }),
      );
      compareConsents(said, items, found);
      compareReceipts(
        (receipts.get(row.reissue_id) ?? []).map(({ jws }) => jws),
        own,
        found,
      );
    });
  }
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

const itemOf = (row: EntryWithPersonal) => ({
  entry: loggedEntry(row),
  ...(row.salt === null || row.personal === null
    ? {}
    : { personal: { salt: row.salt, content: row.personal } }),
});

const statedReissue = (row: ReissueToVerify) => ({
  state: row.state,
  reason: row.reason,
  customerRef: row.customer_ref,
  keyThumbprint: row.key_thumbprint,
  serial: row.serial,
  createdAt: row.created_at.toISOString(),
  endedAt: iso(row.ended_at),
});

function compareFingerprint(
  { fingerprint }: ReissueToVerify,
  issued: LoggedEntry | undefined,
  report: FindingCollector,
): void {
  const recorded = issued?.details['sha256'];
  if (recorded !== undefined && recorded !== fingerprint)
    report.finding('CERTIFICATE_ALTERED', 'the fingerprint of its certificate is not the one in the entry');
}

async function replayCertificates(
  tx: Tx,
  rows: readonly CertificateToVerify[],
  report: FindingCollector,
  unproven: UnprovenCounts,
): Promise<void> {
  const bySerial = new Map<string, LoggedEntry[]>();
  for (const row of await statusEntriesOf(tx, rows)) {
    const entry = loggedEntry(row);
    for (const serial of serialsIn(entry)) {
      const known = bySerial.get(serial);
      if (known) known.push(entry);
      else bySerial.set(serial, [entry]);
    }
  }
  for (const row of rows) {
    const entries = bySerial.get(row.serial) ?? [];
    const about = { place: { stream: row.reissue_id ?? 'authority' }, name: `certificate ${row.serial}` };
    compareRow(about, report, unproven, (found) => {
      const stated = statedStatus(row);
      // An enrolled certificate was imported with the status it had.
      if (row.reissue_id === null && entries.length === 0 && (stated.revokedAt ?? stated.holdAt) !== null)
        found.notProven('STATUS', 'no entry records the status that an enrolled certificate came with');
      else compareStatus(stated, replayStatus(row.serial, entries), found);
    });
  }
}

const statedStatus = (row: CertificateToVerify) => ({
  revokedAt: iso(row.revoked_at),
  revocationReason: row.revocation_reason,
  holdAt: iso(row.hold_at),
  invalidityDate: iso(row.invalidity_date),
});

function serialsIn({ details }: LoggedEntry): string[] {
  const { serial, closed, revoked } = details;
  return [serial, closed, revoked].flat().filter((each): each is string => typeof each === 'string');
}
