import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type {
  Apply,
  CustomerMessage,
  OperatorAbandon,
  OperatorRetry,
  OperatorWithdraw,
  ParkableStep,
  StartReissue,
  StepResult,
} from '#libs/domain';
import { inAnOperation } from './operations.js';
import { asReceived } from './received.js';
import type { World } from './world.js';

/** What fails here is meant to. */
const logger = new DefaultLogger('ERROR');

type Message = StartReissue | CustomerMessage | OperatorRetry | OperatorAbandon | OperatorWithdraw;

export interface Performance {
  /** Other activities than the world's own. */
  readonly activities?: World['activities'];
  /** Runs every activity twice and forgets the first result, as if the worker had died before it was noted. */
  readonly crashing?: boolean;
}

/**
 * Takes a message as the workflow does, one activity after the other, but without Temporal: where a provider or
 * the signer fails, it parks at once. What an operator says without an operation is said in one of its own.
 */
export async function perform(
  world: World,
  reissueId: string,
  message: Message,
  { activities = world.activities, crashing = false }: Performance = {},
): Promise<StepResult> {
  const run = async <T>(activity: () => Promise<T>): Promise<T> => {
    const inActivity = () =>
      new MockActivityEnvironment({}, { logger }).run<[], T, () => Promise<T>>(activity);
    if (crashing) await inActivity();
    return inActivity();
  };
  const outside = async <T>(step: ParkableStep, activity: () => Promise<T>): Promise<T> => {
    try {
      return await run(activity);
    } catch {
      throw new Parking(step);
    }
  };

  const take = async (message: Message): Promise<StepResult> => {
    switch (message.kind) {
      case 'start': {
        const opened = await run(() => activities.openReissue(message));
        return opened.proceed ? send(message) : opened;
      }
      case 'requestChallenges': {
        const prepared = await run(() => activities.requestChallenges(reissueId, message));
        return prepared.proceed ? send(message) : prepared;
      }
      case 'answerChallenges': {
        const reserved = await run(() => activities.reserveTries(reissueId, message));
        if (!reserved.proceed) return reserved;
        await outside('VERIFY_CHALLENGES', () => activities.verifyAnswers({ reissueId, message }));
        return run(() => activities.recordAnswers(reissueId, message));
      }
      case 'submitPassword':
        return run(() => activities.checkPassword(reissueId, message));
      case 'resetPassword':
        return run(() => activities.resetPassword(reissueId, message));
      case 'giveConsents':
        return run(() => activities.recordConsents(reissueId, message));
      case 'requestCertificate': {
        const requested = await run(() => activities.requestCertificate(reissueId, message));
        if (!requested.proceed) return requested;
        const { updateId } = message;
        const issued = await outside('ISSUE_CERTIFICATE', () =>
          world.signing.issueCertificate({ reissueId, updateId }),
        );
        return run(() => activities.recordIssue(reissueId, message, issued));
      }
      case 'apply':
        return takeAll(message);
      case 'proveRegistration':
        return run(() => activities.proveRegistration(reissueId, message));
      case 'cancel':
        return run(() => activities.cancelReissue(reissueId, message));
      case 'abandon':
        return run(() => activities.abandonReissue(reissueId, message));
      case 'withdraw':
        return run(() => activities.withdrawReissue(reissueId, message));
      case 'retry': {
        const resumed = await run(() => activities.resumeReissue(reissueId, message));
        return resumed.pending ? takeOrPark(resumed.pending) : resumed;
      }
    }
  };
  const send = async (message: Extract<Message, { kind: 'start' | 'requestChallenges' }>) => {
    const { updateId } = message;
    await outside('SEND_CHALLENGES', () => activities.sendChallenges({ reissueId, updateId }));
    return run(() => activities.settleChallenges(reissueId, message));
  };
  const takeAll = async (message: Apply) => {
    let last: { result: StepResult; updateId: string } | undefined;
    for (const part of message.parts) {
      last = { result: await take(part), updateId: part.updateId };
      if (last.result.status !== 'DONE') break;
    }
    return run(() => activities.recordApplication(reissueId, message, last));
  };
  const takeOrPark = async (message: Message): Promise<StepResult> => {
    try {
      return await take(message);
    } catch (error) {
      if (!(error instanceof Parking)) throw error;
      const { step } = error;
      return run(() => activities.parkReissue(reissueId, { step, code: 'DEPENDENCY_UNAVAILABLE', message }));
    }
  };
  const received = await asReceived(world, reissueId, message);
  return takeOrPark(await inAnOperation(world.owner, reissueId, received, world.clock.now()));
}

class Parking extends Error {
  constructor(readonly step: ParkableStep) {
    super(step);
  }
}
