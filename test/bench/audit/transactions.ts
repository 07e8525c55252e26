import { randomBytes } from 'node:crypto';
import { inTransaction, type Database } from '#libs/db';
import { appendAudits, type NewAuditEntry } from '#libs/db/audit';
import { insertStep, lockReissue } from '#libs/db/reissues';
import { insertBareReissue } from '../../world/bare-reissue.js';

const personal = { address: '203.0.113.7', agent: 'bench' };
const details = (bytes: number) => ({ told: randomBytes(Math.max(1, bytes / 2)).toString('hex') });

/** An entry with details of a size, with or without a personal part. */
const entry = (bytes: number, withPersonal: boolean): NewAuditEntry => ({
  actor: 'customer',
  action: 'answerChallenges',
  outcome: 'DONE',
  details: details(bytes),
  ...(withPersonal ? { personal } : {}),
  occurred_at: new Date(),
});

/** The audit entries in each transaction of a reissue that is registered, as counted on a whole stack. */
const ordinary: readonly (readonly (readonly [bytes: number, personal: boolean])[])[] = [
  [[766, true]],
  [[2, true]],
  [[30, true]],
  [[2, true]],
  [
    [75, false],
    [78, false],
    [60, false],
    [30, true],
  ],
  [[2, true]],
  [[29, true]],
  [[586, true]],
  [
    [24, false],
    [2, true],
  ],
  [[131, false]],
  [[139, false]],
  [
    [148, false],
    [19, true],
  ],
  [
    [96, false],
    [23, true],
  ],
  [[208, false]],
];
export const entriesPerReissue = ordinary.flat().length;
export const transactionsPerReissue = ordinary.length;

/** Runs the transactions of one reissue: each locks the row, updates it and records an answer. */
export async function reissueTransactions(
  db: Database,
  { audited }: { readonly audited: boolean },
): Promise<void> {
  const reissueId = await insertBareReissue(db, new Date());
  for (const [nth, entries] of ordinary.entries())
    await inTransaction(db, async (tx) => {
      await lockReissue(tx, reissueId);
      await tx
        .updateTable('reissue')
        .set({ updated_at: new Date() })
        .where('reissue_id', '=', reissueId)
        .execute();
      await insertStep(tx, {
        ...{ reissue_id: reissueId, update_id: String(nth), kind: 'answerChallenges', request_hmac: 'bench' },
        outcome: { status: 'DONE' },
        recorded_at: new Date(),
      }).execute();
      if (audited)
        await appendAudits(
          tx,
          entries.map(([bytes, has]) => ({ ...entry(bytes, has), reissueId })),
        );
    });
}
