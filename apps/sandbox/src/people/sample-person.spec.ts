import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { brokenPasswordRules, carriers, readResidentNumber, residentCheckDigit } from '#libs/domain';
import { holdingOf, certificateHoldings } from './person.js';
import { inventPerson, lastNumber } from './sample-person.js';

/** The example of `startReissue` in the committed document. */
const { example: startRequest } = (
  JSON.parse(readFileSync('libs/contracts/openapi.json', 'utf8')) as {
    paths: Record<
      string,
      {
        post: {
          requestBody: {
            content: Record<string, { example: { applicant: Record<'name' | 'mobile', string> } }>;
          };
        };
      }
    >;
  }
).paths['/v1/reissues']!.post.requestBody.content['application/json']!;
const now = new Date('2026-11-22T03:04:05.678Z');
const people = Array.from({ length: 400 }, (_, index) =>
  inventPerson(index + 1, '999', certificateHoldings[index % 4]!, now),
);

describe('a sample person', () => {
  it('A sample person has the requested holding, also a month later unless the certificate expires', () => {
    people.forEach((person, index) => {
      expect(holdingOf(person.not_after as Date | null, now)).toBe(certificateHoldings[index % 4]);
    });
    const nextMonth = new Date('2026-12-22T03:04:05Z');
    const valid = people.filter((_, index) => index % 4 === 0);
    valid.forEach((person) => expect(holdingOf(person.not_after as Date, nextMonth)).toBe('VALID'));
  });

  it('A sample person has an old certificate of one year that has begun and ends at 23:59:59 in Korea', () => {
    for (const { not_before, not_after } of people as { not_before: Date | null; not_after: Date | null }[]) {
      if (!not_before || !not_after) continue;
      expect(not_after.toISOString()).toMatch(/T14:59:59\.000Z$/);
      expect(not_before.getTime()).toBeLessThan(now.getTime());
      expect(not_after.getUTCFullYear() - not_before.getUTCFullYear()).toBe(1);
    }
  });

  it('A sample person has a password that satisfies today’s rules', () => {
    people.forEach((person) => expect(brokenPasswordRules(person.certificate_password)).toEqual([]));
  });

  it('The first sample person is the one in the examples of the API document, and 200 have names of their own', () => {
    const { applicant } = startRequest;
    expect([people[0]!.name, people[0]!.mobile]).toEqual([
      applicant.name,
      applicant.mobile.replaceAll('-', ''),
    ]);
    expect(new Set(people.slice(0, 200).map(({ name }) => name)).size).toBe(200);
  });

  it('A sample person has a number at one of the carriers', () => {
    expect(new Set(people.map(({ carrier }) => carrier))).toEqual(new Set(carriers));
  });

  it('A sample person has a CI of 88 characters', () => {
    people.forEach((person) => expect(person.ci).toMatch(/^[\w+/]{86}==$/));
  });

  it('A sample person cannot be real: unassigned mobile range, example.com, wrong check digit', () => {
    for (const { mobile, email, rrn, birth_date } of people) {
      expect(mobile).toMatch(/^0100\d{7}$/);
      expect(email).toMatch(/@people\.example\.com$/);
      expect(rrn).toMatch(/^\d{6}[1-4]\d{6}$/);
      expect(rrn.slice(0, 6)).toBe(birth_date.replaceAll('-', '').slice(2));
      expect(Number(rrn.at(-1))).not.toBe(residentCheckDigit(rrn.slice(0, 12)));
    }
  });

  it('A sample person is a foreign resident on request', () => {
    for (let number = 1; number < 400_000; number += 9_973) {
      const { rrn } = inventPerson(number, '999', 'NONE', now, { foreign: true });
      expect(rrn).toMatch(/^\d{6}[5-8]\d{6}$/);
      expect(Number(rrn.at(-1))).not.toBe(residentCheckDigit(rrn.slice(0, 12)));
    }
  });

  it('A sample person with a number from after October 2020 has random digits and a wrong last digit', () => {
    const numbers = Array.from(
      { length: 200 },
      () => inventPerson(1, '999', 'NONE', now, { renumbered: true }).rrn,
    );
    expect(new Set(numbers.map((rrn) => rrn.slice(7, 12))).size).toBeGreaterThan(150);
    for (const rrn of numbers) {
      expect(readResidentNumber(rrn, now)).toMatchObject({ foreign: false, checkDigitFits: false });
    }
  });

  it.each(['mobile', 'email', 'rrn', 'account_number', 'ci', 'person_id'] as const)(
    'No two sample people share a %s',
    (field) => {
      expect(new Set(people.map((person) => person[field])).size).toBe(people.length);
    },
  );

  it('Sample people end with the last number', () => {
    expect(inventPerson(lastNumber, '999', 'NONE', now).mobile).toBe('01009999999');
    expect(() => inventPerson(lastNumber + 1, '999', 'NONE', now)).toThrow(RangeError);
  });
});
