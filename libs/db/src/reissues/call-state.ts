import { sql } from 'kysely';
import { compiledOnce } from '../compiled-once.js';
import type { Database } from '../database.js';
import type { ReissueRow, StepRow } from '../rows.js';
import { shownColumns, splitShown, type ShownCertificates } from './shown-certificates.js';

/** What is stored about a reissue, and about one call on it. */
export interface CallState extends ShownCertificates {
  /** Whether the access tokens of the reissue were revoked. */
  readonly revoked: boolean;
  readonly reissue: ReissueRow | undefined;
  /** The request with which the call was first received. */
  readonly receivedRequest: string | undefined;
  /** The step that the call has become. */
  readonly step: Pick<StepRow, 'request_hmac' | 'outcome'> | undefined;
}

type CallStatePrivilege =
  | 'select reissue'
  | 'select certificate'
  | 'select received_call'
  | 'select step'
  | 'select access_revocation';

/** The start of a reissue comes before its row. */
const selectCallState = compiledOnce(
  (
    db: Database<CallStatePrivilege>,
    { reissueId, updateId }: { readonly reissueId: string; readonly updateId: string },
  ) =>
    db
      .selectFrom(
        sql<{ reissue_id: string; update_id: string }>`
          (select ${reissueId}::text as reissue_id, ${updateId}::text as update_id)`.as('call'),
      )
      .leftJoin('access_revocation', 'access_revocation.reissue_id', 'call.reissue_id')
      .leftJoin('received_call', (join) =>
        join
          .onRef('received_call.reissue_id', '=', 'call.reissue_id')
          .onRef('received_call.update_id', '=', 'call.update_id'),
      )
      .leftJoin('step', (join) =>
        join.onRef('step.reissue_id', '=', 'call.reissue_id').onRef('step.update_id', '=', 'call.update_id'),
      )
      .leftJoin('reissue', 'reissue.reissue_id', 'call.reissue_id')
      .leftJoin('certificate as new', 'new.serial', 'reissue.serial')
      .leftJoin('certificate as old', 'old.serial', 'reissue.old_serial')
      .selectAll('reissue')
      .select(['access_revocation.revoked_at', 'received_call.request_hmac as received_request'])
      .select(['step.request_hmac as step_request', 'step.outcome'])
      .select(shownColumns),
);

/**
 * Reads in one statement what the gateway needs before a call.
 *
 * @param updateId the call; empty to read the reissue only
 */
export async function callStateOf(
  db: Database<CallStatePrivilege>,
  reissueId: string,
  updateId: string,
): Promise<CallState> {
  const [found] = await selectCallState(db, { reissueId, updateId });
  const { revoked_at, received_request, step_request, outcome, ...row } = found!;
  const { row: reissue, certificates } = splitShown(row);
  return {
    revoked: revoked_at !== null,
    reissue: reissue.reissue_id === null ? undefined : (reissue as ReissueRow),
    ...certificates,
    receivedRequest: received_request ?? undefined,
    step: step_request && outcome ? { request_hmac: step_request, outcome } : undefined,
  };
}
