import { inTransaction, type Database } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { insertRestore } from '#libs/db/restores';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { RestoreFinding } from './findings.js';

export interface FindingContext {
  readonly db: Database<'insert authority_entry' | 'insert restore'>;
  /** The process that found it. */
  readonly process: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Blocks all changes until `setup after-restore` has reconciled the database, and records the reason.
 *
 * @returns false if a restore was pending already
 */
export async function recordFinding(
  { db, process, clock, logger }: FindingContext,
  { finding, details }: RestoreFinding,
): Promise<boolean> {
  const now = clock();
  const recorded = await inTransaction(db, async (tx) => {
    if (!(await insertRestore(tx, { finding, details, foundBy: process, foundAt: now }))) return false;
    await appendAuthorityEntry(tx, {
      actor: process,
      action: 'findRestore',
      outcome: 'DONE',
      reason: finding,
      details: { ...details },
      occurredAt: now,
    });
    return true;
  });
  if (recorded)
    logger.error(
      { finding, ...details },
      'the database was restored from a backup: all changes are blocked until "setup after-restore" has run',
    );
  return recorded;
}
