import { isFinal, type ConfirmReissue, type PreparedStep, type Stop } from '#libs/domain';
import { certificateOnFile } from '#libs/db/certificates';
import { blockReissues } from '#libs/db/customers';
import type { StopLinks } from '#libs/stop-links';
import { changeStatus } from '#activities/revocation';
import { done, endChange, refused, runStep, type ReissueChange, type StepContext } from '#activities/step';

export interface StopContext extends StepContext {
  readonly stopLinks: StopLinks;
}

/**
 * A customer stops a reissue by the link in a message: it ends as by a cancellation, further online reissues are blocked until the
 * bank lifts the block, and the certificate on file is suspended if the customer wishes it. A signature that runs is waited for,
 * and its certificate withdrawn.
 */
export async function stopReissue(
  context: StopContext,
  reissueId: string,
  message: Stop,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    'stop',
    async (change) => {
      if (!context.stopLinks.accepts(reissueId, message.linkDigest)) return refused('STOP_LINK_REFUSED');
      const { tx, row, now } = change;
      await blockReissues(tx, {
        ...{ customerRef: row.customer_ref, source: 'stop-link', reason: 'REISSUE_STOPPED' },
        ...{ by: 'customer', at: now },
      });
      await endChange(change, 'stop', { actor: 'customer', code: 'STOPPED_BY_CUSTOMER' });
      if (message.suspendCertificate && row.customer_id) await suspendOnFile(change, row.customer_id);
      return done();
    },
    { lockPerson: true, whileParked: true },
  );
}

/** Suspends the certificate on file, unless it is not in force. */
async function suspendOnFile(change: ReissueChange, customerId: string): Promise<void> {
  const onFile = await certificateOnFile(change.tx, customerId);
  const status = onFile && (await changeStatus(change.tx, onFile.serial, { act: 'hold' }, change.now));
  if (status?.outcome !== 'DONE') return;
  const reason = 'certificateHold';
  change.publishCertificate('reseal.certificate.held.v1', status.certificate, reason);
  change.audit({
    ...{ actor: 'customer', action: 'hold', outcome: 'DONE', reason },
    details: { serial: status.certificate.serial },
  });
  change.notify.push('HELD');
}

/** A customer states by the link in a message that the reissue is their own. The statement is recorded; a wait stays as long. */
export async function confirmReissue(
  context: StopContext,
  reissueId: string,
  message: ConfirmReissue,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    undefined,
    async ({ row }) => {
      if (isFinal(row.state)) return refused('WRONG_STATE');
      return context.stopLinks.accepts(reissueId, message.linkDigest) ? done() : refused('STOP_LINK_REFUSED');
    },
    { whileParked: true },
  );
}
