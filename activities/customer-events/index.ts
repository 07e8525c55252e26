import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { NotificationOutbox } from '#activities/notification';
import type { CustomerEvent } from '#libs/contracts';
import type { RoleDatabase } from '#libs/db';
import { workflowIdOf, type Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import { handleCustomerEvent, type HandledEvent } from './handle.js';

export interface CustomerEventContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly temporal: Pick<Client, 'workflow'>;
  /** Notifies customers of reissues that ended. */
  readonly outbox: Pick<NotificationOutbox, 'sendSoon'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Makes the function that handles an event of the bank about a customer, and then informs the workflows of the reissues that it
 * ended. A repeated event informs them again, because the process may have died in between. What is lost nevertheless, while
 * Temporal cannot be reached, reconciliation finds within two minutes.
 */
export function createCustomerEventHandler(
  context: CustomerEventContext,
): (event: CustomerEvent) => Promise<HandledEvent> {
  return async (event) => {
    const handled = await handleCustomerEvent(context, event);
    await Promise.all(handled.reissueIds.map((reissueId) => informOfEnd(context, reissueId)));
    return handled;
  };
}

async function informOfEnd(
  { temporal, outbox, logger }: CustomerEventContext,
  reissueId: string,
): Promise<void> {
  outbox.sendSoon(reissueId);
  try {
    await temporal.workflow.getHandle(workflowIdOf(reissueId)).signal('refresh');
  } catch (err) {
    // The workflow has ended already.
    if (err instanceof WorkflowNotFoundError) return;
    logger.warn({ err, reissueId }, 'the workflow of a cancelled reissue cannot be informed yet');
  }
}
export type { HandledEvent } from './handle.js';
