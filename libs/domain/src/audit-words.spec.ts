import { expect, it } from '@jest/globals';
import { auditActorText, auditCodeText, endCodes, operationStates, parkCodes } from './index.js';

it.each([...endCodes, ...parkCodes, ...operationStates])(
  'The code %s has words in both languages',
  (code) => {
    const text = auditCodeText(code);
    expect(text?.ko).toMatch(/[가-힣]/);
    expect(text?.en).toMatch(/[a-z]/);
  },
);

it('A text that a person wrote, or the name of an object member, has no words', () => {
  for (const text of ['the carrier is back', 'constructor', '__proto__'])
    expect(auditCodeText(text)).toBeUndefined();
});

it.each([
  ['customer', '고객', 'customer'],
  ['staff:olivia', '직원 olivia', 'staff olivia'],
  ['operator:bora', '명령줄 사용자 bora', 'command line bora'],
  ['client:bank:app', 'API 키 bank:app', 'API key bank:app'],
  ['unknown:someone', 'unknown:someone', 'unknown:someone'],
  ['constructor', 'constructor', 'constructor'],
])('The actor %s is %s in Korean and %s in English', (actor, ko, en) => {
  expect(auditActorText(actor)).toEqual({ ko, en });
});
