import {
  isFinal,
  type AnswerChallenges,
  type Apply,
  type CustomerMessage,
  type NotificationKind,
  type ParkableStep,
  type ParkCode,
  type PreparedStep,
  type ReissueMessage,
  type RequestCertificate,
  type StartReissue,
  type StepResult,
} from '#libs/domain';
import type { CertificateSteps } from '#activities/certificate';
import type { ConsentSteps } from '#activities/consent';
import type { IdentitySteps, ProviderActivities } from '#activities/identity';
import type { LifecycleSteps } from '#activities/lifecycle';
import type { PasswordSteps } from '#activities/password';
import type { RiskActivities } from '#activities/risk';
import type { SigningActivities } from '#activities/signing';
import type { RiskAnswer } from '#libs/risk';

/** The steps that run as local activities. Some of them also call a provider, and wait for it for a short time only. */
export type DatabaseSteps = LifecycleSteps & IdentitySteps & ConsentSteps & CertificateSteps;

/** What handling a message needs: the activities, and how each kind of failure is recognised. */
export interface MessagePorts {
  readonly steps: DatabaseSteps;
  readonly passwords: PasswordSteps;
  readonly providers: ProviderActivities;
  readonly risk: RiskActivities;
  readonly signer: Pick<SigningActivities, 'issueCertificate'>;
  /** Why a failed call to a provider or to the signer parks the reissue; undefined for an error to throw on. */
  parkCodeOfCall(error: unknown): ParkCode | undefined;
  /** Why a failed step parks the reissue; undefined for an error to throw on. */
  parkCodeOfStep(error: unknown): ParkCode | undefined;
  /** Whether to notify the customer of a resumed reissue. Called only if the result depends on the answer. */
  notifiesOfResumption(): boolean;
}

/** The step cannot continue: its dependency stayed broken, its outcome is unknown, or its own code failed. */
class StepCannotContinue extends Error {
  constructor(
    readonly step: ParkableStep,
    readonly parkCode: ParkCode,
  ) {
    super(`${step} cannot continue: ${parkCode}`);
  }
}

type SendingMessage = Extract<ReissueMessage, { kind: 'start' | 'requestChallenges' }>;
/** The trace of a message, for the activities that get only its id. */
const traceOf = ({ traceparent }: { readonly traceparent?: string }) =>
  traceparent === undefined ? {} : { traceparent };

type Handler = (reissueId: string, message: ReissueMessage) => Promise<StepResult>;

/** Both park the reissue when a step cannot continue. */
export interface MessageHandler {
  readonly handle: Handler;
  /** Finishes a message that was left pending, after an operator's retry or at the end of a wait. */
  finishPending(reissueId: string, pending: StartReissue | CustomerMessage): Promise<StepResult>;
}

/**
 * Makes the function that handles a message to a reissue, and parks the reissue when a step cannot continue.
 *
 * Every step can run again from its beginning: what was committed before is found committed. A crash, a retry of an
 * activity and an operator's retry are therefore handled alike.
 */
export function createMessageHandler(ports: MessagePorts): MessageHandler {
  const { steps, passwords, providers, risk, signer } = ports;

  /**
   * Runs a call to a provider or to the signer. When its retries are used up the reissue parks, and at once if the step
   * made the call itself and the provider refused it.
   */
  const callOrPark = async <T>(
    step: ParkableStep,
    { called }: PreparedStep,
    call: () => Promise<T>,
  ): Promise<T> => {
    if (called === 'REFUSED') throw new StepCannotContinue(step, 'DEPENDENCY_UNAVAILABLE');
    try {
      return await call();
    } catch (error) {
      const parkCode = ports.parkCodeOfCall(error);
      if (!parkCode) throw error;
      throw new StepCannotContinue(step, parkCode);
    }
  };

  /**
   * Asks the provider of risk decisions if a step has to know its answer, and runs the step again. Without an answer the
   * step runs again, too: the policy says what follows from the silence.
   */
  const withRiskAnswer = async (
    reissueId: string,
    message: AnswerChallenges | RequestCertificate,
    first: PreparedStep,
    again: (answer: RiskAnswer) => Promise<PreparedStep>,
  ): Promise<PreparedStep> => {
    if (!first.assess) return first;
    const question = { reissueId, updateId: message.updateId, ...first.assess, ...traceOf(message) };
    let answer: RiskAnswer = { status: 'UNAVAILABLE' };
    try {
      answer = await risk.assessRisk(question);
    } catch (error) {
      if (!ports.parkCodeOfCall(error)) throw error;
    }
    return again(answer);
  };

  const sendChallenges = async (
    reissueId: string,
    message: SendingMessage,
    prepared: PreparedStep,
  ): Promise<StepResult> => {
    if (!prepared.proceed) return prepared;
    await callOrPark('SEND_CHALLENGES', prepared, () =>
      providers.sendChallenges({ reissueId, updateId: message.updateId, ...traceOf(message) }),
    );
    return steps.recordChallenges(reissueId, message);
  };

  const handleMessage: Handler = async (reissueId, message) => {
    switch (message.kind) {
      case 'start': {
        const started = await steps.startReissue(message);
        return sendChallenges(reissueId, message, started);
      }
      case 'requestChallenges': {
        const prepared = await steps.requestChallenges(reissueId, message);
        return sendChallenges(reissueId, message, prepared);
      }
      case 'answerChallenges': {
        const reserved = await steps.reserveTries(reissueId, message);
        if (!reserved.proceed) return reserved;
        let recorded = reserved;
        if (!reserved.assess) {
          const repeated = reserved.called === 'UNKNOWN';
          await callOrPark('VERIFY_CHALLENGES', reserved, () =>
            providers.verifyAnswers({ reissueId, message, ...(repeated ? { repeated } : {}) }),
          );
          recorded = await steps.recordAnswers(reissueId, message);
        }
        return withRiskAnswer(reissueId, message, recorded, (answer) =>
          steps.recordAnswers(reissueId, message, null, answer),
        );
      }
      case 'submitPassword':
        return passwords.submitPassword(reissueId, message);
      case 'resetPassword':
        return passwords.resetPassword(reissueId, message);
      case 'giveConsents':
        return steps.giveConsents(reissueId, message);
      case 'requestCertificate': {
        const requested = await withRiskAnswer(
          reissueId,
          message,
          await steps.requestCertificate(reissueId, message),
          (answer) => steps.requestCertificate(reissueId, message, answer),
        );
        if (!requested.proceed) return requested;
        const issued = await callOrPark('ISSUE_CERTIFICATE', requested, () =>
          signer.issueCertificate({ reissueId, updateId: message.updateId, ...traceOf(message) }),
        );
        return steps.recordIssue(reissueId, message, issued);
      }
      case 'apply':
        return applySteps(reissueId, message);
      case 'proveRegistration':
        return steps.proveRegistration(reissueId, message);
      case 'cancel':
        return steps.cancelReissue(reissueId, message);
      case 'stop':
        return steps.stopReissue(reissueId, message);
      case 'confirmReissue':
        return steps.confirmReissue(reissueId, message);
      case 'abandon':
        return steps.abandonReissue(reissueId, message);
      case 'withdraw':
        return steps.withdrawReissue(reissueId, message);
      case 'endCoolingOff':
        return steps.endCoolingOff(reissueId, message);
      case 'retry': {
        const resumed = await steps.resumeReissue(reissueId, message);
        return resumed.pending ? finishPending(reissueId, resumed.pending) : resumed;
      }
    }
  };

  /** Handles the parts of one call in order. Stops at the first part that fails, and keeps what succeeded. */
  const applySteps = async (reissueId: string, message: Apply): Promise<StepResult> => {
    const notify: NotificationKind[] = [];
    const notified: NotificationKind[] = [];
    let last: { result: StepResult; updateId: string } | undefined;
    for (const part of message.parts) {
      const result = await handleMessage(reissueId, part);
      notify.push(...(result.notify ?? []));
      notified.push(...(result.notified ?? []));
      last = { result, updateId: part.updateId };
      if (result.status !== 'DONE') break;
    }
    const recorded = await steps.recordApplication(reissueId, message, last);
    notified.push(...(recorded.notified ?? []));
    return { ...recorded, notify, notified };
  };

  /**
   * Finishes the customer's message of a reissue that continues. The customer was notified of the parking or the wait, and
   * is now notified of the resumption, unless the same step already sends a notification that the certificate is issued.
   */
  const finishPending = async (
    reissueId: string,
    pending: StartReissue | CustomerMessage,
  ): Promise<StepResult> => {
    const result = await handleOrPark(reissueId, pending);
    if (result.status === 'PARKED' || isFinal(result.standing.state)) return result;
    const notify = result.notify ?? [];
    if (notify.includes('ISSUED') || !ports.notifiesOfResumption()) return result;
    return { ...result, notify: [...notify, 'RESUMED'] };
  };

  const parkingOf = (error: unknown): { step: ParkableStep; code: ParkCode } | undefined => {
    if (error instanceof StepCannotContinue) return { step: error.step, code: error.parkCode };
    const code = ports.parkCodeOfStep(error);
    return code && { step: 'RECORD_STEP', code };
  };

  const handleOrPark: Handler = async (reissueId, message) => {
    try {
      return await handleMessage(reissueId, message);
    } catch (error) {
      const parking = parkingOf(error);
      if (!parking) throw error;
      return steps.parkReissue(reissueId, { ...parking, message });
    }
  };
  return { handle: handleOrPark, finishPending };
}
