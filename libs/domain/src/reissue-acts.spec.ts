import { describe, expect, it } from '@jest/globals';
import {
  possibleReissueActs,
  reissueActs,
  reissueSituationOf,
  reissueSituations,
  refusalOfReissueAct,
  type ActedReissue,
  type ReissueSituation,
} from './reissue-acts.js';
import { finalStates, openStates } from './states.js';

const examples: Readonly<Record<ReissueSituation, ActedReissue>> = {
  OPEN: { state: 'KEY_REQUIRED', parked_step: null },
  COOLING_OFF: { state: 'COOLING_OFF', parked_step: null },
  PARKED: { state: 'ISSUING', parked_step: 'ISSUE_CERTIFICATE' },
  ISSUED: { state: 'ISSUED', parked_step: null },
  ISSUED_AND_PARKED: { state: 'ISSUED', parked_step: 'RECORD_STEP' },
  ENDED: { state: 'CANCELLED', parked_step: null },
};

describe('operators’ acts on a reissue', () => {
  it('An act is possible or refused as the table says', () => {
    const table = Object.fromEntries(
      reissueActs.map((act) => [
        act,
        reissueSituations.map((situation) => refusalOfReissueAct(act, examples[situation]) ?? 'DONE'),
      ]),
    );
    expect(reissueSituations).toEqual([
      ...['OPEN', 'COOLING_OFF', 'PARKED', 'ISSUED', 'ISSUED_AND_PARKED', 'ENDED'],
    ]);
    expect(table).toEqual({
      retry: ['NOT_PARKED', 'NOT_PARKED', 'DONE', 'NOT_PARKED', 'DONE', 'NOT_PARKED'],
      abandon: ['NOT_PARKED', 'NOT_PARKED', 'DONE', 'NOT_PARKED', 'WRONG_STATE', 'NOT_PARKED'],
      withdraw: ['WRONG_STATE', 'WRONG_STATE', 'WRONG_STATE', 'DONE', 'DONE', 'WRONG_STATE'],
      endCoolingOff: [...['WRONG_STATE', 'DONE', 'WRONG_STATE', 'WRONG_STATE', 'WRONG_STATE', 'WRONG_STATE']],
    });
  });

  it('An ended reissue allows no act, even if its row has a parking', () => {
    for (const state of finalStates)
      for (const parked_step of [null, 'RECORD_STEP'])
        expect(possibleReissueActs({ state, parked_step })).toEqual([]);
  });

  it('A reissue that was not issued is abandoned, an issued one is withdrawn', () => {
    for (const state of openStates.filter((each) => each !== 'ISSUED')) {
      expect(possibleReissueActs({ state, parked_step: null })).toEqual(
        state === 'COOLING_OFF' ? ['endCoolingOff'] : [],
      );
      expect(possibleReissueActs({ state, parked_step: 'RECORD_STEP' })).toEqual(['retry', 'abandon']);
    }
    expect(possibleReissueActs({ state: 'ISSUED', parked_step: null })).toEqual(['withdraw']);
    expect(possibleReissueActs({ state: 'ISSUED', parked_step: 'RECORD_STEP' })).toEqual([
      'retry',
      'withdraw',
    ]);
  });

  it.each(reissueSituations)('A reissue’s row shows the situation %s', (situation) => {
    expect(reissueSituationOf(examples[situation])).toBe(situation);
  });
});
