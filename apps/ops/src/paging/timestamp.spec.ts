import { expect, it } from '@jest/globals';
import { timestampSchema } from './timestamp.js';

it.each([
  ['2026-11-29T17:00:00+09:00', '2026-11-29T08:00:00.000Z'],
  ['2026-11-29T08:00:00.123456Z', '2026-11-29T08:00:00.123Z'],
  ['2026-11-29T23:00:00+23:59', '2026-11-28T23:01:00.000Z'],
])('The timestamp %s is converted to %s', (given, expected) => {
  expect(timestampSchema.parse(given)).toBe(expected);
});

it.each([
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '1899-12-31T23:59:59Z',
  '9999-12-31T23:59:59-14:00',
  'yesterday',
  '',
])('The timestamp %j is refused with one message', (given) => {
  expect(timestampSchema.safeParse(given).error?.issues).toHaveLength(1);
});
