import { BrokenInvariant } from './guard.js';
import { onlyNextState, type EndCode, type FinalState, type Message, type State } from '#libs/domain';
import type { ReissueEventType } from '#libs/contracts';
import type { RoleTx } from '#libs/db';
import { withdrawCertificatesOf } from '#libs/db/certificates';
import type { ReissueRow } from '#libs/db/reissues';
import { ReissueChange } from './reissue-change.js';

const eventOfEnd: Readonly<Partial<Record<State, ReissueEventType>>> = {
  TIMED_OUT: 'reseal.reissue.timed-out.v1',
  CANCELLED: 'reseal.reissue.cancelled.v1',
  ABANDONED: 'reseal.reissue.abandoned.v1',
  WITHDRAWN: 'reseal.reissue.withdrawn.v1',
} satisfies Partial<Record<FinalState, ReissueEventType>>;

/** Who ended a reissue, and why. */
export interface EndedBy {
  readonly actor: string;
  readonly code: EndCode;
  readonly reason?: string;
  /** Further details for the audit trail. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Ends a reissue before its registration and undoes what it began: an open signing intent is closed, an issued
 * certificate is revoked. The old certificate stays as it is.
 */
export async function endChange(
  change: ReissueChange,
  message: Extract<Message, 'cancel' | 'stop' | 'expire' | 'abandon' | 'withdraw' | 'supersede'>,
  by: EndedBy,
): Promise<void> {
  const state = onlyNextState(change.row.state, message);
  const event = state && eventOfEnd[state];
  if (!state || !event) throw new BrokenInvariant(`${message} does not end a reissue in ${change.row.state}`);
  const { closed, revoked } = await withdrawCertificatesOf(change.tx, change.row.reissue_id, change.now);
  change.move(message, state, event, { code: by.code });
  change.audit({
    actor: by.actor,
    action: message,
    outcome: state,
    reason: by.reason ?? by.code,
    details: { code: by.code, closed, revoked, ...by.details },
  });
  for (const serial of revoked)
    change.publishCertificate('reseal.certificate.revoked.v1', { serial }, 'cessationOfOperation');
}

/** `endChange` for a row that is locked but not otherwise changed. @returns the change, which is written */
export async function endReissue(
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  message: Parameters<typeof endChange>[1],
  now: Date,
  by: EndedBy,
): Promise<ReissueChange> {
  const change = new ReissueChange(tx, row, now);
  await endChange(change, message, by);
  await change.write();
  return change;
}
