import { describe, expect, it } from '@jest/globals';
import { problemFactory } from './problem-factory.js';

const text = (en: string) => ({ en, ko: `${en} (ko)` });
const { problem, unavailable, unavailableIf } = problemFactory({
  'too-late': { status: 409, title: text('Too late'), detail: text('Start again.') },
  unavailable: { status: 503, title: text('Unavailable'), detail: text('Send it again.') },
});

describe('problemFactory', () => {
  it('A problem has the status and the texts of its kind', () => {
    expect(problem('too-late')).toMatchObject({
      type: 'too-late',
      status: 409,
      title: text('Too late'),
      detail: text('Start again.'),
      extensions: {},
      headers: {},
    });
  });

  it('An occurrence replaces the detail and adds members, headers and a cause', () => {
    const cause = new Error('clock');
    const occurrence = { detail: text('By a day.'), extensions: { days: 1 }, headers: { age: '1' }, cause };
    expect(problem('too-late', occurrence)).toMatchObject(occurrence);
  });

  it('An unavailable dependency is 503 with Retry-After', () => {
    expect(unavailable(undefined, 30)).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  });

  it('An error becomes unavailable only if its dependency is down', () => {
    const problemOf = unavailableIf((error) => error instanceof TypeError);
    expect(problemOf(new TypeError('fetch failed'))).toMatchObject({ status: 503 });
    expect(problemOf(new Error('a bug'))).toBeUndefined();
  });
});
