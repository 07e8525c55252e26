import { expect, it } from '@jest/globals';
import { reasonOfLink } from './link.js';

it.each([
  ['?reason=EXPIRED', 'EXPIRED'],
  ['?from=sms&reason=LOST', 'LOST'],
  ['', undefined],
  ['?reason=', undefined],
  ['?reason=expired', undefined],
  ['?reason=EXPIRED%20', undefined],
  ['?reason=<script>alert(1)</script>', undefined],
  ['?reason=constructor', undefined],
])('A link with "%s" fills in the reason %s', (search, reason) => {
  expect(reasonOfLink(search)).toBe(reason);
});
