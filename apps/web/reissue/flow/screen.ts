import type { Reissue } from '#libs/client';
import type { KeptReissue } from '../key/store.js';

/** Screens before the start of the reissue. */
export const firstScreens = ['prepare', 'receive', 'reason', 'consent', 'applicant'] as const;
export type FirstScreen = (typeof firstScreens)[number];

export type Screen =
  | FirstScreen
  | 'identity'
  | 'password'
  | 'reset'
  | 'terms'
  | 'issue'
  | 'keyLost'
  | 'save'
  | 'check'
  | 'done'
  | 'waiting'
  | 'operator'
  | 'coolingOff'
  | 'ended';

/** The screen follows from the gateway's state, and from whether this browser keeps the key and has saved the file. */
export function screenOf(reissue: Reissue, kept: KeptReissue | undefined): Screen {
  const ours = kept?.reissueId === reissue.id;
  if (reissue.state === 'REGISTERED') return 'done';
  switch (reissue.next.action) {
    case 'NEEDS_OPERATOR':
      return 'operator';
    case 'NONE':
      return 'ended';
    case 'WAIT':
      return reissue.state === 'COOLING_OFF' ? 'coolingOff' : 'waiting';
    default:
      if (!ours) return 'keyLost';
  }
  switch (reissue.next.action) {
    case 'VERIFY_IDENTITY':
      return 'identity';
    case 'ENTER_PASSWORD':
      return 'password';
    case 'RESET_PASSWORD':
      return 'reset';
    case 'AGREE_TO_TERMS':
      return 'terms';
    case 'SEND_CERTIFICATE_REQUEST':
      return 'issue';
    default:
      return kept?.saved ? 'check' : 'save';
  }
}

const steps: Readonly<Record<Screen, number | undefined>> = {
  prepare: undefined,
  receive: undefined,
  reason: 1,
  consent: 1,
  applicant: 1,
  identity: 2,
  password: 3,
  reset: 3,
  terms: 4,
  issue: 4,
  waiting: 4,
  coolingOff: 4,
  save: 5,
  check: 5,
  done: undefined,
  keyLost: undefined,
  operator: undefined,
  ended: undefined,
};

/** The step (1 to 5) of the step bar that a screen belongs to; undefined for screens outside the steps. */
export const stepOf = (screen: Screen): number | undefined => steps[screen];
