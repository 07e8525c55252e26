import { describe, expect, it } from '@jest/globals';
import { isDependencyDown } from './dependency-down.js';

const withCode = (code: string) => Object.assign(new Error(`code ${code}`), { code });

describe('isDependencyDown', () => {
  it.each([
    ['a closed port', withCode('ECONNREFUSED')],
    ['a server that starts', withCode('57P03')],
    ['a password that PostgreSQL does not know yet', withCode('28P01')],
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['any of several addresses', new AggregateError([withCode('ECONNREFUSED')])],
    ['what another error wraps', new Error('outer', { cause: withCode('08006') })],
  ])('is true for %s', (_, error) => expect(isDependencyDown(error)).toBe(true));

  it.each([
    ['a unique value that exists', withCode('23505')],
    ['a missing right', withCode('42501')],
    ['a bug', new TypeError('x is not a function')],
    ['what is no error', 'down'],
  ])('is false for %s', (_, error) => expect(isDependencyDown(error)).toBe(false));
});
