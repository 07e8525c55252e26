import type { OpenState, State } from './states.js';

/**
 * Every message that can change a reissue: calls of the customer, a proof of the password by the old certificate's
 * signature (`passwordProved`), answers of the CA, deadlines (`expire`, and `endCoolingOff` when the customer has waited), acts of operators, and a newer reissue of the
 * same person (`supersede`).
 */
export const messages = [
  'requestChallenges',
  'answerChallenges',
  'submitPassword',
  'resetPassword',
  'passwordProved',
  'giveConsents',
  'requestCertificate',
  'endCoolingOff',
  'certificateIssued',
  'certificateRefused',
  'proveRegistration',
  'cancel',
  'stop',
  'expire',
  'abandon',
  'withdraw',
  'supersede',
] as const;
export type Message = (typeof messages)[number];

/**
 * The whole process as data: the messages that each state accepts, and the states that each message may lead to. A
 * message that is not listed is refused and changes nothing.
 */
export const transitions: Readonly<Record<OpenState, Readonly<Partial<Record<Message, readonly State[]>>>>> =
  {
    IDENTITY_REQUIRED: {
      requestChallenges: ['IDENTITY_REQUIRED'],
      answerChallenges: ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED', 'KEY_REQUIRED', 'REJECTED'],
      cancel: ['CANCELLED'],
      stop: ['CANCELLED'],
      expire: ['TIMED_OUT'],
      abandon: ['ABANDONED'],
      supersede: ['CANCELLED'],
    },
    PASSWORD_REQUIRED: {
      submitPassword: ['PASSWORD_REQUIRED', 'CONSENT_REQUIRED'],
      resetPassword: ['PASSWORD_REQUIRED', 'CONSENT_REQUIRED', 'IDENTITY_REQUIRED'],
      passwordProved: ['CONSENT_REQUIRED'],
      cancel: ['CANCELLED'],
      stop: ['CANCELLED'],
      expire: ['TIMED_OUT'],
      abandon: ['ABANDONED'],
      supersede: ['CANCELLED'],
    },
    CONSENT_REQUIRED: {
      giveConsents: ['CONSENT_REQUIRED', 'KEY_REQUIRED'],
      cancel: ['CANCELLED'],
      stop: ['CANCELLED'],
      expire: ['TIMED_OUT'],
      abandon: ['ABANDONED'],
      supersede: ['CANCELLED'],
    },
    KEY_REQUIRED: {
      requestCertificate: [
        ...([
          'KEY_REQUIRED',
          'CONSENT_REQUIRED',
          'COOLING_OFF',
          'ISSUING',
          'IDENTITY_REQUIRED',
          'REJECTED',
        ] as const),
      ],
      cancel: ['CANCELLED'],
      stop: ['CANCELLED'],
      expire: ['TIMED_OUT'],
      abandon: ['ABANDONED'],
      supersede: ['CANCELLED'],
    },
    COOLING_OFF: {
      endCoolingOff: ['COOLING_OFF', 'ISSUING'],
      cancel: ['CANCELLED'],
      stop: ['CANCELLED'],
      abandon: ['ABANDONED'],
      supersede: ['CANCELLED'],
    },
    ISSUING: {
      requestCertificate: ['ISSUING'],
      certificateIssued: ['ISSUED'],
      certificateRefused: ['KEY_REQUIRED'],
      cancel: ['CANCELLED'],
      stop: ['CANCELLED'],
      abandon: ['ABANDONED'],
      supersede: ['CANCELLED'],
    },
    ISSUED: {
      proveRegistration: ['ISSUED', 'REGISTERED'],
      cancel: ['WITHDRAWN'],
      stop: ['WITHDRAWN'],
      expire: ['WITHDRAWN'],
      abandon: ['WITHDRAWN'],
      withdraw: ['WITHDRAWN'],
      supersede: ['WITHDRAWN'],
    },
  };

/** Whether a reissue in `state` accepts `message`. Final states accept nothing. */
export function accepts(state: State, message: Message): boolean {
  return nextStates(state, message).length > 0;
}

/** The states to which `message` may lead from `state`; empty if the message is refused. */
export function nextStates(state: State, message: Message): readonly State[] {
  return (
    (transitions as Partial<Record<State, Partial<Record<Message, readonly State[]>>>>)[state]?.[message] ??
    []
  );
}

/** The next state after a message with only one: cancel, stop, expire, abandon, withdraw, supersede. */
export function onlyNextState(state: State, message: Message): State | undefined {
  const next = nextStates(state, message);
  return next.length === 1 ? next[0] : undefined;
}
