import type {
  Apply,
  CustomerMessage,
  FinalState,
  NotificationKind,
  OperatorMessage,
  ParkableStep,
  ParkCode,
  ReissueStanding,
  StartReissue,
  State,
  StepResult,
} from '#libs/domain';
import { isFinal, searchAttributes, workflowIdOf } from '#libs/domain';
import type { CertificateSteps } from '#activities/certificate';
import type { ConsentSteps } from '#activities/consent';
import type { IdentitySteps, ProviderActivities } from '#activities/identity';
import type { LifecycleSteps } from '#activities/lifecycle';
import type { NotificationActivities } from '#activities/notification';
import type { PasswordSteps } from '#activities/password';
import type { SigningActivities } from '#activities/signing';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  TimeoutFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import * as options from './activity-options.js';
import { WakeUpTimer } from './wake-up-timer.js';
import { MessageInbox } from './message-inbox.js';
import { refreshSignal, updates } from './messages.js';

const steps = proxyLocalActivities<LifecycleSteps & IdentitySteps & ConsentSteps & CertificateSteps>(
  options.database,
);
const passwords = proxyLocalActivities<PasswordSteps>(options.hashing);
const providers = proxyActivities<ProviderActivities>(options.providers);
const signer = proxyActivities<Pick<SigningActivities, 'issueCertificate'>>(options.signer);
const notifications = proxyActivities<NotificationActivities>(options.notifications);

interface ReissueInput {
  readonly reissueId: string;
  /** Set when the row outlived its workflow: go on from the row instead of waiting for the start. */
  readonly resume?: boolean;
}

type Message = StartReissue | CustomerMessage | OperatorMessage;

/** What the customer is told when it is over. */
const momentOfEnd: Readonly<Record<FinalState, NotificationKind>> = {
  REGISTERED: 'REGISTERED',
  REJECTED: 'REFUSED',
  TIMED_OUT: 'TIMED_OUT',
  CANCELLED: 'CANCELLED',
  ABANDONED: 'ABANDONED',
  WITHDRAWN: 'WITHDRAWN',
};

/** How long a workflow waits for its first message before it looks whether there is a row at all. */
const startTimeoutMs = 30 * 60_000;

/** A step whose dependency stayed broken, or whose outcome nobody knows. */
class Parking extends Error {
  constructor(
    readonly step: ParkableStep,
    readonly parkCode: ParkCode,
  ) {
    super(`${step} cannot go on: ${parkCode}`);
  }
}

/** Whether nobody knows if the other side acted: no answer came in time, or it was lost on the way. */
function mayHaveActed(cause: unknown): boolean {
  return (
    cause instanceof TimeoutFailure ||
    (cause instanceof ApplicationFailure && cause.type === 'OutcomeUnknown')
  );
}

/** Runs a call that leaves the process. When its retries are used up the reissue parks; it never fails. */
async function orPark<T>(step: ParkableStep, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    throw new Parking(step, mayHaveActed(error.cause) ? 'OUTCOME_UNKNOWN' : 'DEPENDENCY_UNAVAILABLE');
  }
}

/**
 * What each message does. Every step can run again from its beginning: what was committed before is found
 * committed. That is how a crash, a retry and an operator's retry are one and the same.
 */
async function take(reissueId: string, message: Message): Promise<StepResult> {
  switch (message.kind) {
    case 'start': {
      const opened = await steps.openReissue(message);
      return opened.status === 'DONE' && opened.proceed ? sendChallenges(reissueId, message) : opened;
    }
    case 'requestChallenges': {
      const prepared = await steps.requestChallenges(reissueId, message);
      return prepared.proceed ? sendChallenges(reissueId, message) : prepared;
    }
    case 'answerChallenges': {
      const reserved = await steps.reserveTries(reissueId, message);
      if (!reserved.proceed) return reserved;
      await orPark('VERIFY_CHALLENGES', () => providers.verifyAnswers({ reissueId, message }));
      return steps.recordAnswers(reissueId, message);
    }
    case 'submitPassword':
      return passwords.checkPassword(reissueId, message);
    case 'resetPassword':
      return passwords.resetPassword(reissueId, message);
    case 'giveConsents':
      return steps.recordConsents(reissueId, message);
    case 'requestCertificate': {
      const requested = await steps.requestCertificate(reissueId, message);
      if (!requested.proceed) return requested;
      const issued = await orPark('ISSUE_CERTIFICATE', () =>
        signer.issueCertificate({ reissueId, updateId: message.updateId }),
      );
      return steps.recordIssue(reissueId, message, issued);
    }
    case 'apply':
      return takeAll(reissueId, message);
    case 'proveRegistration':
      return steps.proveRegistration(reissueId, message);
    case 'cancel':
      return steps.cancelReissue(reissueId, message);
    case 'abandon':
      return steps.abandonReissue(reissueId, message);
    case 'withdraw':
      return steps.withdrawReissue(reissueId, message);
    case 'retry': {
      const resumed = await steps.resumeReissue(reissueId, message);
      if (!resumed.pending) return resumed;
      const result = await takeOrPark(reissueId, resumed.pending);
      if (result.status === 'PARKED' || isFinal(result.standing.state)) return result;
      // Whoever was told to wait is told that it goes on; that the certificate is there says as much.
      const notify = result.notify ?? [];
      if (notify.includes('ISSUED') || !patched('resumed-told')) return result;
      return { ...result, notify: [...notify, 'RESUMED'] };
    }
  }
}

/** Several steps in one call: stops at the first that fails and keeps what succeeded. */
async function takeAll(reissueId: string, message: Apply): Promise<StepResult> {
  const notify: NotificationKind[] = [];
  let last: { result: StepResult; updateId: string } | undefined;
  for (const part of message.parts) {
    const result = await take(reissueId, part);
    notify.push(...(result.notify ?? []));
    last = { result, updateId: part.updateId };
    if (result.status !== 'DONE') break;
  }
  const recorded = await steps.recordApplication(reissueId, message, last);
  return { ...recorded, notify };
}

async function sendChallenges(
  reissueId: string,
  message: Extract<Message, { kind: 'start' | 'requestChallenges' }>,
): Promise<StepResult> {
  await orPark('SEND_CHALLENGES', () => providers.sendChallenges({ reissueId, updateId: message.updateId }));
  return steps.settleChallenges(reissueId, message);
}

/** Tells the customer what a step has brought about. Several moments go in one activity: it costs six events each. */
function tell(reissueId: string, moments: readonly NotificationKind[]): Promise<void>[] {
  const noted = (notice: Promise<void>) =>
    notice.catch(() => log.warn('notice not delivered', { moments: moments.join() }));
  if (moments.length > 1 && patched('moments-together'))
    return [noted(notifications.notifyAll({ reissueId, moments }))];
  return moments.map((moment) => noted(notifications.notify({ reissueId, moment })));
}

/** A step that failed by itself, and would again: an operator must see it. */
function failedStep(error: unknown): Parking | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const failed = cause instanceof ApplicationFailure && cause.type === 'StepFailed';
  return failed ? new Parking('RECORD_STEP', 'STEP_FAILED') : undefined;
}

async function takeOrPark(reissueId: string, message: Message): Promise<StepResult> {
  try {
    return await take(reissueId, message);
  } catch (error) {
    const parking = error instanceof Parking ? error : failedStep(error);
    if (!parking) throw error;
    return steps.parkReissue(reissueId, { step: parking.step, code: parking.parkCode, message });
  }
}

/**
 * One reissue, from its first call to its end. PostgreSQL holds the truth about it, this workflow its process:
 * messages come in through updates, this one coroutine takes them one at a time, and between them a durable
 * timer watches over the deadlines.
 */
export async function reissueCertificate({ reissueId, resume }: ReissueInput): Promise<State> {
  const inbox = new MessageInbox<Message, StepResult>();
  const clock = new WakeUpTimer(() => inbox.wake());
  const told: Promise<void>[] = [];
  let standing: ReissueStanding | undefined;

  for (const update of Object.values(updates)) setHandler(update, (message: Message) => inbox.post(message));
  setHandler(refreshSignal, () => inbox.wake());

  const adopt = (result: StepResult) => {
    markParked(standing, result);
    standing = result.standing;
    // Never at once: the alarm may be due by Temporal's clock and not yet by the database's.
    if (standing.alarm) clock.setFor(Math.max(Date.parse(standing.alarm), Date.now() + 1_000));
    const end = isFinal(standing.state) && !result.missing ? momentOfEnd[standing.state] : undefined;
    told.push(...tell(reissueId, [...(result.notify ?? []), ...(end ? [end] : [])]));
    for (const older of result.superseded ?? [])
      told.push(
        getExternalWorkflowHandle(workflowIdOf(older))
          .signal(refreshSignal)
          .catch(() => undefined),
      );
  };

  clock.setFor(Date.now() + startTimeoutMs);
  if (resume) {
    const found = await steps.adoptReissue(reissueId);
    if (found.missing) return endWithoutRow(inbox, found);
    adopt(found);
    if (found.pending) adopt(await takeOrPark(reissueId, found.pending));
  }
  while (!standing || !isFinal(standing.state)) {
    const letter = await inbox.next();
    const result = letter ? await takeOrPark(reissueId, letter.message) : await steps.ring(reissueId);
    adopt(result);
    letter?.resolve(result);
    if (result.missing) return endWithoutRow(inbox, result);
  }

  inbox.close({ standing, status: 'REFUSED', code: 'WRONG_STATE' });
  await Promise.all(told);
  await condition(allHandlersFinished);
  return standing.state;
}

/** Without a row there was no reissue. Failing, and not completing, lets the same start be tried again. */
async function endWithoutRow(inbox: MessageInbox<Message, StepResult>, result: StepResult): Promise<never> {
  inbox.close(result);
  await condition(allHandlersFinished);
  throw ApplicationFailure.nonRetryable('the reissue was never started, or its row is gone', 'NoRow');
}

/** Search attributes cost an event each time, so they are written only when they change. */
function markParked(before: ReissueStanding | undefined, result: StepResult): void {
  const parked = Boolean(result.standing.parked);
  if (before ? Boolean(before.parked) !== parked : true)
    upsertSearchAttributes({
      [searchAttributes.parked]: [parked],
      ...(before ? {} : { [searchAttributes.customerRef]: [result.customerRef ?? ''] }),
    });
}
