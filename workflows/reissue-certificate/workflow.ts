import type { ReissueMessage, ReissueStanding, ResumedStep, State, StepResult } from '#libs/domain';
import { isFinal, notificationsOf, searchAttributes, underFormerNames, workflowIdOf } from '#libs/domain';
import type { ProviderActivities } from '#activities/identity';
import type { NotificationActivities } from '#activities/notification';
import type { PasswordSteps } from '#activities/password';
import type { RiskActivities } from '#activities/risk';
import type { SigningActivities } from '#activities/signing';
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import * as options from './activity-options.js';
import { parkCodeOfCall, parkCodeOfStep } from './failures.js';
import { createMessageHandler, type DatabaseSteps } from './handle-message.js';
import { MessageInbox } from './message-inbox.js';
import { refreshSignal, updates } from './messages.js';
import { WakeUpTimer } from './wake-up-timer.js';

const databaseSteps = proxyLocalActivities<DatabaseSteps>(options.database);
const passwordSteps = proxyLocalActivities<PasswordSteps>(options.hashing);
const providers = proxyActivities<ProviderActivities>(options.providers);
const risk = proxyActivities<RiskActivities>(options.risk);
const signer = proxyActivities<Pick<SigningActivities, 'issueCertificate'>>(options.signer);
const notifications = proxyActivities<NotificationActivities>(options.notifications);

interface ReissueInput {
  readonly reissueId: string;
  /** Set if the earlier workflow was lost: the new workflow continues from the row and expects no start. */
  readonly resume?: boolean;
}

/** How long a workflow waits for its first message before it checks whether the reissue has a row. */
const startTimeoutMs = 30 * 60_000;

/**
 * Sends the notifications that a step has not left to the outbox: those that only the workflow decides, and those of steps
 * from before the outbox. Several share one activity, which costs six events.
 */
function notify(reissueId: string, result: StepResult): Promise<void>[] {
  const kinds = notificationsOf(result).filter((kind) => !result.notified?.includes(kind));
  const logged = (sent: Promise<void>) =>
    sent.catch(() => log.warn('notification not delivered', { moments: kinds.join() }));
  if (kinds.length > 1 && patched('moments-together'))
    return [logged(notifications.notifyAll({ reissueId, moments: kinds }))];
  return kinds.map((kind) => logged(notifications.notify({ reissueId, moment: kind })));
}

/**
 * One reissue, from its first call to its end. PostgreSQL holds its data, and this workflow controls its process:
 * messages arrive as updates, and this coroutine handles them one at a time. Between messages a durable timer watches
 * the deadlines.
 */
export async function reissueCertificate({ reissueId, resume }: ReissueInput): Promise<State> {
  const inbox = new MessageInbox<ReissueMessage, StepResult>();
  const timer = new WakeUpTimer(() => inbox.wake());
  const sent: Promise<void>[] = [];
  let standing: ReissueStanding | undefined;

  for (const update of Object.values(updates))
    setHandler(update, (message: ReissueMessage) => inbox.post(message));
  setHandler(refreshSignal, () => inbox.wake());

  const present = patched('activities-named-as-messages');
  const steps = present ? databaseSteps : underFormerNames(databaseSteps);
  const handler = createMessageHandler({
    steps,
    passwords: present ? passwordSteps : underFormerNames(passwordSteps),
    providers,
    risk,
    signer,
    parkCodeOfCall,
    parkCodeOfStep,
    notifiesOfResumption: () => patched('resumed-told'),
  });

  const applyResult = (result: StepResult) => {
    recordParked(standing, result);
    standing = result.standing;
    // A second from now at the earliest: the wake-up time may be over by Temporal's clock and not yet by the database's.
    if (standing.alarm) timer.setFor(Math.max(Date.parse(standing.alarm), Date.now() + 1_000));
    sent.push(...notify(reissueId, result));
    for (const older of result.superseded ?? [])
      sent.push(
        getExternalWorkflowHandle(workflowIdOf(older))
          .signal(refreshSignal)
          .catch(() => undefined),
      );
  };

  timer.setFor(Date.now() + startTimeoutMs);
  if (resume) {
    const found = await steps.readReissue(reissueId);
    if (found.missing) return endWithoutRow(inbox, found);
    applyResult(found);
    if (found.pending) applyResult(await handler.handle(reissueId, found.pending));
  }
  while (!standing || !isFinal(standing.state)) {
    const received = await inbox.next();
    const result: ResumedStep = received
      ? await handler.handle(reissueId, received.message)
      : await steps.applyDeadlines(reissueId);
    applyResult(result);
    received?.resolve(result);
    if (result.missing) return endWithoutRow(inbox, result);
    // Only a wait that has ended leaves a message to finish.
    if (!received && result.pending) applyResult(await handler.finishPending(reissueId, result.pending));
  }

  inbox.close({ standing, status: 'REFUSED', code: 'WRONG_STATE' });
  await Promise.all(sent);
  await condition(allHandlersFinished);
  return standing.state;
}

/** Ends a workflow whose reissue has no row. A failed workflow, unlike a completed one, lets the same start be tried again. */
async function endWithoutRow(
  inbox: MessageInbox<ReissueMessage, StepResult>,
  result: StepResult,
): Promise<never> {
  inbox.close(result);
  await condition(allHandlersFinished);
  throw ApplicationFailure.nonRetryable('the reissue was never started, or its row is gone', 'NoRow');
}

/** Writes the search attributes when they change. Each write costs an event. */
function recordParked(before: ReissueStanding | undefined, result: StepResult): void {
  const parked = Boolean(result.standing.parked);
  if (before ? Boolean(before.parked) !== parked : true)
    upsertSearchAttributes({
      [searchAttributes.parked]: [parked],
      ...(before ? {} : { [searchAttributes.customerRef]: [result.customerRef ?? ''] }),
    });
}
