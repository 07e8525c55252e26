import type { RestoreRow } from '#libs/db/restores';
import type { RecoveryDecision } from './decide.js';
import type { ReissueFacts } from './facts.js';
import type { LostRecords } from './collect-lost.js';
import type { LogFork } from './log-fork.js';

/** The decision on a reissue, on one line. */
export function describeDecision({ reissueId, row }: ReissueFacts, decision: RecoveryDecision): string {
  const revoked =
    decision.revoke.length > 0 ? `; ${decision.revoke.length} unknown certificate(s) revoked` : '';
  return `${reissueId}  ${row?.state ?? 'no row'} → ${describeOutcome(decision)}${revoked}`;
}

function describeOutcome(decision: RecoveryDecision): string {
  switch (decision.act) {
    case 'REGISTER':
      return `REGISTERED with certificate ${decision.serial}${decision.fromJournal ? ', recovered from the journal' : ''}`;
    case 'ISSUE':
      return `ISSUED with certificate ${decision.fromJournal.serial}, recovered from the journal`;
    case 'END':
      return `${decision.state}${decision.byRestore ? ', the customer is notified' : ''}`;
    case 'GO_ON':
      return 'continues from its row';
    case 'START_AGAIN':
      return 'a retry of the start begins again';
  }
}

/** Other losses, and faults of the sources. */
export function describeSummary(
  reissues: number,
  lost: LostRecords,
  fork: LogFork | undefined,
  pending: RestoreRow | undefined,
): string[] {
  return [
    pending
      ? `Pending since ${pending.found_at.toISOString()}: ${pending.finding}, detected by ${pending.found_by}.`
      : 'No restore was detected or declared.',
    `${reissues} reissue(s) to reconcile; ${lost.certificates.length} certificate event(s) are not in the database.`,
    fork
      ? `The audit log was published with ${fork.lost.size} entries at ${fork.lost.time}; the database has ${fork.common?.size ?? 0} of them.`
      : 'The audit log has every published checkpoint.',
    ...lost.journalFaults.map(
      ({ file, line, what }) => `The journal ${file} is damaged at line ${line}: ${what}.`,
    ),
  ];
}
