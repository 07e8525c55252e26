import { describe, expect, test } from '@jest/globals';
import type { Reissue } from '#libs/client';
import type { KeptReissue } from '../key/store.js';
import { pageEnglish } from '../words/en.js';
import { pageKorean } from '../words/ko.js';
import { screenOf } from './screen.js';

const reissue = (state: Reissue['state'], action: Reissue['next']['action']) =>
  ({ id: 'r_1', state, next: { action } }) as Reissue;
const kept = { reissueId: 'r_1' } as KeptReissue;

describe('the screen of a reissue', () => {
  test.each([
    ['IDENTITY_REQUIRED', 'VERIFY_IDENTITY', 'identity'],
    ['PASSWORD_REQUIRED', 'ENTER_PASSWORD', 'password'],
    ['PASSWORD_REQUIRED', 'RESET_PASSWORD', 'reset'],
    ['CONSENT_REQUIRED', 'AGREE_TO_TERMS', 'terms'],
    ['KEY_REQUIRED', 'SEND_CERTIFICATE_REQUEST', 'issue'],
    ['COOLING_OFF', 'WAIT', 'coolingOff'],
    ['ISSUING', 'WAIT', 'waiting'],
    ['ISSUED', 'REGISTER', 'save'],
    ['REGISTERED', 'NONE', 'done'],
    ['TIMED_OUT', 'NONE', 'ended'],
    ['KEY_REQUIRED', 'NEEDS_OPERATOR', 'operator'],
  ] as const)('The screen in %s with the action %s is %s', (state, action, screen) => {
    expect(screenOf(reissue(state, action), kept)).toBe(screen);
  });

  test('The screen after the file was saved is the check', () => {
    expect(screenOf(reissue('ISSUED', 'REGISTER'), { ...kept, saved: true })).toBe('check');
  });

  test('The screen without the key is keyLost', () => {
    expect(screenOf(reissue('ISSUED', 'REGISTER'), undefined)).toBe('keyLost');
    expect(screenOf(reissue('KEY_REQUIRED', 'SEND_CERTIFICATE_REQUEST'), { ...kept, reissueId: 'r_2' })).toBe(
      'keyLost',
    );
  });
});

test('Both languages have texts for the same problems', () => {
  expect(Object.keys(pageKorean.problem.texts)).toEqual(Object.keys(pageEnglish.problem.texts));
});
