import type { CustomerMessage, ParkableStep, ReissueMessage, StartReissue } from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { challengesToSend, triesToCompare } from '#libs/db/identity';
import type { ReissueRow } from '#libs/db/reissues';

/**
 * What the step of a parked reissue waited for: an identity method, `several` of them, `signer`, or `none` if it made no
 * call.
 */
export async function whatParkedWaitsFor(
  tx: RoleTx<'worker'>,
  { reissue_id: reissueId, pending_message: pending }: Pick<ReissueRow, 'reissue_id' | 'pending_message'>,
  step: ParkableStep,
  message: ReissueMessage,
): Promise<string> {
  if (step === 'ISSUE_CERTIFICATE') return 'signer';
  if (step === 'RECORD_STEP') return 'none';
  // An operator's retry continues the customer's message, which is still pending.
  const unfinished = 'updateId' in message ? message : pending;
  const lists = await Promise.all(
    updateIdsOf(unfinished).map((updateId) =>
      step === 'SEND_CHALLENGES'
        ? challengesToSend(tx, reissueId, updateId)
        : triesToCompare(tx, reissueId, updateId),
    ),
  );
  const methods = new Set(lists.flat().map(({ method }) => method));
  return methods.size > 1 ? 'several' : ([...methods][0] ?? 'none');
}

/** The ids of the steps of a message: of its parts, if it has several. */
const updateIdsOf = (message: StartReissue | CustomerMessage | null): string[] => {
  if (message === null) return [];
  return message.kind === 'apply' ? message.parts.map(({ updateId }) => updateId) : [message.updateId];
};
