import { randomInt } from 'node:crypto';
import type { Person } from './sandbox.js';

/**
 * A copy of a person with another name, mobile number and resident registration number, which neither the bank nor any
 * provider knows.
 */
export function unknownPersonLike(person: Person): Person {
  const sameForm = (text: string, from: number) =>
    text.slice(0, from) + String(randomInt(10 ** (text.length - from))).padStart(text.length - from, '0');
  return {
    ...person,
    name: '홍가상',
    mobile: sameForm('01090000000', 4),
    // Born in the 1890s.
    rrn: sameForm('9501019000000', 7),
  };
}
