/** The states in which a reissue can still change. */
export const openStates = [
  'IDENTITY_REQUIRED',
  'PASSWORD_REQUIRED',
  'CONSENT_REQUIRED',
  'KEY_REQUIRED',
  'COOLING_OFF',
  'ISSUING',
  'ISSUED',
] as const;

/** The states in which a reissue ends. Only REGISTERED leaves a new certificate in force. */
export const finalStates = [
  'REGISTERED',
  'REJECTED',
  'TIMED_OUT',
  'CANCELLED',
  'ABANDONED',
  'WITHDRAWN',
] as const;

export const states = [...openStates, ...finalStates] as const;

export type OpenState = (typeof openStates)[number];
export type FinalState = (typeof finalStates)[number];
export type State = OpenState | FinalState;

export function isFinal(state: State): state is FinalState {
  return (finalStates as readonly State[]).includes(state);
}

/** Why the customer needs a reissue. */
export const reasons = ['EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'] as const;
export type Reason = (typeof reasons)[number];

/** The next actions of the customer or of an operator. */
export const nextActions = [
  'VERIFY_IDENTITY',
  'ENTER_PASSWORD',
  'RESET_PASSWORD',
  'AGREE_TO_TERMS',
  'SEND_CERTIFICATE_REQUEST',
  'WAIT',
  'REGISTER',
  'NEEDS_OPERATOR',
  'NONE',
] as const;
export type NextAction = (typeof nextActions)[number];
