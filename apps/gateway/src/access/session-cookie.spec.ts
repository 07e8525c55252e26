import { expect, test } from '@jest/globals';
import { sessionCookie, sessionToken } from './session-cookie.js';

test('the token in the cookie is found among others, and is out of the reach of scripts and other sites', () => {
  const cookie = sessionCookie('a.b.c', true);
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
  expect(sessionToken({ headers: { cookie: `other=1; ${cookie.split(';')[0]}` } })).toBe('a.b.c');
  expect(sessionToken({ headers: {} })).toBeUndefined();
});

test('a cookie is removed by an age of nothing', () => {
  expect(sessionCookie(undefined, false)).toContain('Max-Age=0');
});
