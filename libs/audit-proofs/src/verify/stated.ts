import type { EvidenceBundle } from '../bundle.js';
import type { LoggedEntry } from '../entry.js';
import { replayReissue, replayStatus, type RecordedReissue, type RecordedStatus } from '../replay.js';
import type { EntryPosition, FindingKind, FindingCollector, Unproven } from './report.js';

/** The stated facts of a reissue: from a bundle, or from its row, which also has the customer's key (RFC 7638). */
type StatedReissue = Omit<EvidenceBundle['reissue'], 'auditSequence'> & {
  readonly keyThumbprint?: string;
};
/** The stated status of a certificate. */
type StatedStatus = Omit<RecordedStatus, 'invalidityDate'> & {
  readonly invalidityDate?: string | null;
};

interface Statement {
  /** The name of the fact in messages. */
  readonly what: string;
  readonly stated: unknown;
  /** Undefined if no entry has it. */
  readonly recorded: unknown;
  readonly by?: LoggedEntry | undefined;
}

const placeOf = ({ stream, sequence }: LoggedEntry): EntryPosition => ({ stream, sequence });

/**
 * Compares the stated facts of a reissue with its entries. A fact that no entry has is unproven, because the oldest entries
 * do not have all facts.
 */
export function compareReissue(
  stated: StatedReissue,
  { opened, moved, ended, issued }: RecordedReissue,
  report: FindingCollector,
  place?: EntryPosition,
): void {
  const statements: Statement[] = [
    { what: 'reason', stated: stated.reason, recorded: opened?.reason ?? undefined, by: opened },
    { what: 'customer', stated: stated.customerRef, recorded: opened?.details['customerRef'], by: opened },
    { what: 'beginning', stated: stated.createdAt, recorded: opened?.occurredAt, by: opened },
    { what: 'state', stated: stated.state, recorded: moved?.state, by: moved?.entry },
    { what: 'end', stated: stated.endedAt, recorded: ended?.occurredAt ?? null, by: ended },
    { what: 'serial', stated: stated.serial, recorded: serialIn(issued), by: issued },
  ];
  if (stated.keyThumbprint !== undefined)
    statements.push({
      what: 'key',
      stated: stated.keyThumbprint,
      recorded: opened?.details['keyThumbprint'],
      by: opened,
    });
  for (const statement of statements) compare(statement, 'REISSUE_ALTERED', 'REISSUE', report, place);
}

function serialIn(issued: LoggedEntry | undefined): unknown {
  return issued ? issued.details['serial'] : null;
}

/** Compares the stated status of a certificate with its status by the entries. */
export function compareStatus(
  stated: StatedStatus,
  recorded: RecordedStatus,
  report: FindingCollector,
  place?: EntryPosition,
): void {
  const statements: Statement[] = [
    { what: 'revocation', stated: stated.revokedAt, recorded: recorded.revokedAt },
    {
      what: 'reason of the revocation',
      stated: stated.revocationReason,
      recorded: recorded.revocationReason,
    },
    { what: 'hold', stated: stated.holdAt, recorded: recorded.holdAt },
  ];
  if (stated.invalidityDate !== undefined)
    statements.push({
      what: 'invalidity date',
      stated: stated.invalidityDate,
      recorded: recorded.invalidityDate,
    });
  for (const statement of statements) compare(statement, 'STATUS_ALTERED', 'STATUS', report, place);
}

/** Compares the stated time of registration with the entry of its proof. */
export function compareRegistration(
  stated: string | null,
  { registered }: RecordedReissue,
  report: FindingCollector,
  place?: EntryPosition,
): void {
  const statement = {
    what: 'registration of the certificate',
    stated,
    recorded: registered?.occurredAt ?? null,
    by: registered,
  };
  compare(statement, 'STATUS_ALTERED', 'STATUS', report, place);
}

function compare(
  { what, stated, recorded, by }: Statement,
  kind: FindingKind,
  unproven: Unproven['what'],
  report: FindingCollector,
  place: EntryPosition | undefined,
): void {
  if (recorded === undefined) return report.notProven(unproven, `no entry records the ${what}`, place);
  if (stated === recorded) return;
  const entries =
    recorded === null ? 'no entry records it' : `the entries record ${JSON.stringify(recorded)}`;
  report.finding(
    kind,
    `the ${what} is stated as ${JSON.stringify(stated)}, but ${entries}`,
    by ? placeOf(by) : place,
  );
}

/** Compares the bundle's facts of the reissue with the entries. */
export function verifySummary(bundle: EvidenceBundle, report: FindingCollector): void {
  compareReissue(bundle.reissue, replayReissue(ownEntries(bundle)), report);
}

/** Compares the bundle's status of the certificate with the entries. */
export function verifyStatus(bundle: EvidenceBundle, report: FindingCollector): void {
  const { certificate, reissue } = bundle;
  if (!certificate || reissue.serial === null) return;
  const all = bundle.entries.flatMap(({ entry }) => entry ?? []);
  const recorded = replayStatus(reissue.serial, all);
  const { registeredAt, ...stated } = certificate.status;
  compareRegistration(registeredAt, replayReissue(ownEntries(bundle)), report);
  if (bundle.format === 'reseal-evidence/1' && recorded.revokedAt === null && !sameStatus(stated, recorded))
    return report.notProven(
      'STATUS',
      'the format of the bundle lacks changes of the certificate by other reissues',
    );
  compareStatus(stated, recorded, report);
}

const sameStatus = (stated: StatedStatus, recorded: RecordedStatus) =>
  stated.revokedAt === recorded.revokedAt && stated.holdAt === recorded.holdAt;

/** The existing entries of the reissue's own stream. */
export const ownEntries = ({ reissueId, entries }: EvidenceBundle): LoggedEntry[] =>
  entries.flatMap(({ stream, entry }) => (entry && stream === reissueId ? [entry] : []));
