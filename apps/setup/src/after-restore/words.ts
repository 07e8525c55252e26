import type { RestoreRow } from '#libs/db/restores';
import type { RecoveryDecision } from './decide.js';
import type { ReissueFacts } from './facts.js';
import type { LostRecords } from './collect-lost.js';
import type { LogFork } from './log-fork.js';

/** What becomes of a reissue, on one line. */
export function describeDecision({ reissueId, row }: ReissueFacts, decision: RecoveryDecision): string {
  const revoked =
    decision.revoke.length > 0 ? `; ${decision.revoke.length} unknown certificate(s) revoked` : '';
  return `${reissueId}  ${row?.state ?? 'no row'} → ${describeOutcome(decision)}${revoked}`;
}

function describeOutcome(decision: RecoveryDecision): string {
  switch (decision.act) {
    case 'REGISTER':
      return `REGISTERED with certificate ${decision.serial}${decision.fromJournal ? ', taken from the journal' : ''}`;
    case 'ISSUE':
      return `ISSUED with certificate ${decision.fromJournal.serial}, taken from the journal`;
    case 'END':
      return `${decision.state}${decision.byRestore ? ', the customer is notified' : ''}`;
    case 'GO_ON':
      return 'goes on from its row';
    case 'START_AGAIN':
      return 'the same start begins again';
  }
}

/** What else was lost, and what was found wrong with the sources themselves. */
export function describeSummary(
  reissues: number,
  lost: LostRecords,
  fork: LogFork | undefined,
  pending: RestoreRow | undefined,
): string[] {
  return [
    pending
      ? `Pending since ${pending.found_at.toISOString()}: ${pending.finding}, found by ${pending.found_by}.`
      : 'No restore was found or declared.',
    `${reissues} reissue(s) are to be reconciled; ${lost.certificates.length} event(s) of certificates are known elsewhere only.`,
    fork
      ? `The audit log was published with ${fork.lost.size} entries at ${fork.lost.time}; the database has ${fork.common?.size ?? 0} of them.`
      : 'The audit log has all that was published of it.',
    ...lost.journalFaults.map(
      ({ file, line, what }) => `The journal ${file} is damaged at line ${line}: ${what}.`,
    ),
  ];
}
