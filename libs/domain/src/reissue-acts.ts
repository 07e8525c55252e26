import { isFinal, type State } from './states.js';

/** The acts of an operator on a reissue. */
export const reissueActs = ['retry', 'abandon', 'withdraw', 'endCoolingOff'] as const;
export type ReissueAct = (typeof reissueActs)[number];

/** Why an act on a reissue is refused. Nothing changes then. */
export type ReissueActRefusal = 'NOT_PARKED' | 'WRONG_STATE';

/** The situations of a reissue that decide which acts are possible. */
export const reissueSituations = [
  'OPEN',
  'COOLING_OFF',
  'PARKED',
  'ISSUED',
  'ISSUED_AND_PARKED',
  'ENDED',
] as const;
export type ReissueSituation = (typeof reissueSituations)[number];

/**
 * A retry and an abandonment need a parked reissue. An issued reissue is past signing: it is withdrawn, which a second
 * person approves, and never abandoned. Only a reissue that cools off can be made to wait less.
 */
const acts: Readonly<Record<ReissueAct, Readonly<Record<ReissueSituation, 'DONE' | ReissueActRefusal>>>> = {
  retry: {
    OPEN: 'NOT_PARKED',
    COOLING_OFF: 'NOT_PARKED',
    PARKED: 'DONE',
    ISSUED: 'NOT_PARKED',
    ISSUED_AND_PARKED: 'DONE',
    ENDED: 'NOT_PARKED',
  },
  abandon: {
    OPEN: 'NOT_PARKED',
    COOLING_OFF: 'NOT_PARKED',
    PARKED: 'DONE',
    ISSUED: 'NOT_PARKED',
    ISSUED_AND_PARKED: 'WRONG_STATE',
    ENDED: 'NOT_PARKED',
  },
  withdraw: {
    OPEN: 'WRONG_STATE',
    COOLING_OFF: 'WRONG_STATE',
    PARKED: 'WRONG_STATE',
    ISSUED: 'DONE',
    ISSUED_AND_PARKED: 'DONE',
    ENDED: 'WRONG_STATE',
  },
  endCoolingOff: {
    OPEN: 'WRONG_STATE',
    COOLING_OFF: 'DONE',
    PARKED: 'WRONG_STATE',
    ISSUED: 'WRONG_STATE',
    ISSUED_AND_PARKED: 'WRONG_STATE',
    ENDED: 'WRONG_STATE',
  },
};

/** The columns of a reissue that decide which acts are possible. */
export interface ActedReissue {
  readonly state: State;
  readonly parked_step: string | null;
}

export function reissueSituationOf({ state, parked_step }: ActedReissue): ReissueSituation {
  if (isFinal(state)) return 'ENDED';
  if (state === 'ISSUED') return parked_step ? 'ISSUED_AND_PARKED' : 'ISSUED';
  if (parked_step) return 'PARKED';
  return state === 'COOLING_OFF' ? 'COOLING_OFF' : 'OPEN';
}

/** Why an operator's act on a reissue is refused; undefined if it is possible. */
export function refusalOfReissueAct(act: ReissueAct, reissue: ActedReissue): ReissueActRefusal | undefined {
  const outcome = acts[act][reissueSituationOf(reissue)];
  return outcome === 'DONE' ? undefined : outcome;
}

/** The acts that an operator can plan on a reissue. Each is decided again when it is carried out. */
export function possibleReissueActs(reissue: ActedReissue): ReissueAct[] {
  return reissueActs.filter((act) => !refusalOfReissueAct(act, reissue));
}
