import { expect, test } from '@jest/globals';
import { SessionCookie } from './session-cookie.js';

const cookie = new SessionCookie(true);
const headers = (text: string) => ({ headers: { cookie: text } });

test('The session cookie is found among others, and neither scripts nor other sites can use it', () => {
  const set = cookie.setting('a.b.c');
  expect(set).toMatch(/^__Host-reseal_reissue=a\.b\.c; Path=\/; .*; HttpOnly; SameSite=Strict; Secure$/);
  expect(set).not.toContain('Domain');
  expect(cookie.tokenOf(headers(`other=1; ${set.split(';')[0]}`))).toBe('a.b.c');
  expect(cookie.tokenOf({ headers: {} })).toBeUndefined();
});

test('A cookie that another host of the domain could have set is not read', () => {
  expect(cookie.tokenOf(headers('reseal_reissue=planted'))).toBeUndefined();
});

test('The session cookie of development has a plain name and needs no TLS', () => {
  const local = new SessionCookie(false);
  const set = local.setting('a.b.c');
  expect(set).toMatch(/^reseal_reissue=a\.b\.c; /);
  expect(set).not.toContain('Secure');
  expect(local.tokenOf(headers('reseal_reissue=a.b.c'))).toBe('a.b.c');
});

test('Max-Age 0 deletes the session cookie', () => {
  expect(cookie.setting(undefined)).toContain('Max-Age=0');
});
