import { describe, expect, it } from '@jest/globals';
import {
  accepts,
  finalStates,
  isFinal,
  messages,
  nextStates,
  onlyNextState,
  openStates,
  states,
  transitions,
  type Message,
  type State,
} from './index.js';

/** Written by hand from the description of the process, not from the table. '-': refused. */
const expected: Record<string, Record<Message, string>> = {
  IDENTITY_REQUIRED: {
    requestChallenges: 'IDENTITY_REQUIRED',
    answerChallenges: 'IDENTITY_REQUIRED PASSWORD_REQUIRED KEY_REQUIRED REJECTED',
    submitPassword: '-',
    resetPassword: '-',
    passwordProved: '-',
    giveConsents: '-',
    requestCertificate: '-',
    endCoolingOff: '-',
    certificateIssued: '-',
    certificateRefused: '-',
    proveRegistration: '-',
    cancel: 'CANCELLED',
    stop: 'CANCELLED',
    expire: 'TIMED_OUT',
    abandon: 'ABANDONED',
    withdraw: '-',
    supersede: 'CANCELLED',
  },
  PASSWORD_REQUIRED: {
    requestChallenges: '-',
    answerChallenges: '-',
    submitPassword: 'PASSWORD_REQUIRED CONSENT_REQUIRED',
    resetPassword: 'PASSWORD_REQUIRED CONSENT_REQUIRED IDENTITY_REQUIRED',
    passwordProved: 'CONSENT_REQUIRED',
    giveConsents: '-',
    requestCertificate: '-',
    endCoolingOff: '-',
    certificateIssued: '-',
    certificateRefused: '-',
    proveRegistration: '-',
    cancel: 'CANCELLED',
    stop: 'CANCELLED',
    expire: 'TIMED_OUT',
    abandon: 'ABANDONED',
    withdraw: '-',
    supersede: 'CANCELLED',
  },
  CONSENT_REQUIRED: {
    requestChallenges: '-',
    answerChallenges: '-',
    submitPassword: '-',
    resetPassword: '-',
    passwordProved: '-',
    giveConsents: 'CONSENT_REQUIRED KEY_REQUIRED',
    requestCertificate: '-',
    endCoolingOff: '-',
    certificateIssued: '-',
    certificateRefused: '-',
    proveRegistration: '-',
    cancel: 'CANCELLED',
    stop: 'CANCELLED',
    expire: 'TIMED_OUT',
    abandon: 'ABANDONED',
    withdraw: '-',
    supersede: 'CANCELLED',
  },
  KEY_REQUIRED: {
    requestChallenges: '-',
    answerChallenges: '-',
    submitPassword: '-',
    resetPassword: '-',
    passwordProved: '-',
    giveConsents: '-',
    requestCertificate: 'KEY_REQUIRED CONSENT_REQUIRED COOLING_OFF ISSUING IDENTITY_REQUIRED REJECTED',
    endCoolingOff: '-',
    certificateIssued: '-',
    certificateRefused: '-',
    proveRegistration: '-',
    cancel: 'CANCELLED',
    stop: 'CANCELLED',
    expire: 'TIMED_OUT',
    abandon: 'ABANDONED',
    withdraw: '-',
    supersede: 'CANCELLED',
  },
  COOLING_OFF: {
    requestChallenges: '-',
    answerChallenges: '-',
    submitPassword: '-',
    resetPassword: '-',
    passwordProved: '-',
    giveConsents: '-',
    requestCertificate: '-',
    endCoolingOff: 'COOLING_OFF ISSUING',
    certificateIssued: '-',
    certificateRefused: '-',
    proveRegistration: '-',
    cancel: 'CANCELLED',
    stop: 'CANCELLED',
    expire: '-',
    abandon: 'ABANDONED',
    withdraw: '-',
    supersede: 'CANCELLED',
  },
  ISSUING: {
    requestChallenges: '-',
    answerChallenges: '-',
    submitPassword: '-',
    resetPassword: '-',
    passwordProved: '-',
    giveConsents: '-',
    requestCertificate: 'ISSUING',
    endCoolingOff: '-',
    certificateIssued: 'ISSUED',
    certificateRefused: 'KEY_REQUIRED',
    proveRegistration: '-',
    cancel: 'CANCELLED',
    stop: 'CANCELLED',
    expire: '-', // a deadline fires only between steps
    abandon: 'ABANDONED',
    withdraw: '-',
    supersede: 'CANCELLED',
  },
  ISSUED: {
    requestChallenges: '-',
    answerChallenges: '-',
    submitPassword: '-',
    resetPassword: '-',
    passwordProved: '-',
    giveConsents: '-',
    requestCertificate: '-',
    endCoolingOff: '-',
    certificateIssued: '-',
    certificateRefused: '-',
    proveRegistration: 'ISSUED REGISTERED',
    cancel: 'WITHDRAWN',
    stop: 'WITHDRAWN',
    expire: 'WITHDRAWN',
    abandon: 'WITHDRAWN',
    withdraw: 'WITHDRAWN',
    supersede: 'WITHDRAWN',
  },
};

const everyPair = openStates.flatMap((state) => messages.map((message) => [state, message] as const));

function reachableFrom(start: State): Set<State> {
  const reached = new Set<State>([start]);
  for (const state of reached)
    for (const message of messages) for (const next of nextStates(state, message)) reached.add(next);
  return reached;
}

describe('the transition table', () => {
  it.each(everyPair)('The state %s answers %s as the table says', (state, message) => {
    const wanted = expected[state]![message];
    expect([...nextStates(state, message)]).toEqual(wanted === '-' ? [] : wanted.split(' '));
    expect(accepts(state, message)).toBe(wanted !== '-');
  });

  it('The table has no unexpected state or message', () => {
    expect(Object.keys(transitions)).toEqual(Object.keys(expected));
    for (const row of Object.values(expected)) expect(Object.keys(row)).toEqual([...messages]);
  });

  it.each(finalStates)('The final state %s accepts no message', (state) => {
    expect(isFinal(state)).toBe(true);
    expect(messages.filter((message) => accepts(state, message))).toEqual([]);
  });

  it('Every state is reached from the start', () => {
    expect([...reachableFrom('IDENTITY_REQUIRED')].sort()).toEqual([...states].sort());
  });

  it.each(openStates)(
    'The state %s can lead to a registered certificate and to an end without one',
    (state) => {
      expect(isFinal(state)).toBe(false);
      const ends = [...reachableFrom(state)].filter(isFinal);
      expect(ends).toContain('REGISTERED');
      expect(ends.length).toBeGreaterThan(1);
    },
  );

  it('Only the proof of registration leads to REGISTERED', () => {
    const ways = everyPair.filter(([state, message]) => nextStates(state, message).includes('REGISTERED'));
    expect(ways).toEqual([['ISSUED', 'proveRegistration']]);
  });

  it.each(openStates)('The state %s accepts a cancellation and an abandonment', (state) => {
    for (const message of ['cancel', 'abandon', 'supersede'] as const)
      expect(onlyNextState(state, message)).toBe(expected[state]![message]);
  });

  it('There is no single next state if there are several or none', () => {
    expect(onlyNextState('IDENTITY_REQUIRED', 'answerChallenges')).toBeUndefined();
    expect(onlyNextState('REGISTERED', 'cancel')).toBeUndefined();
  });
});
