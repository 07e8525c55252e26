import { describe, expect, test } from '@jest/globals';
import { pagePolicy } from './page-policy.js';

describe('the policy of the page', () => {
  const policy = pagePolicy({ nonce: 'bm9uY2U=', issuer: 'https://sso.bank.example', framed: false });

  test('runs no code but our own files, and none made from strings', () => {
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  test('talks to us and to the issuer only', () => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' https://sso.bank.example;");
  });

  test('lets nobody frame it, but the callback by our own pages', () => {
    expect(policy).toContain("frame-ancestors 'none'");
    expect(pagePolicy({ nonce: 'x', issuer: 'https://sso.bank.example', framed: true })).toContain(
      "frame-ancestors 'self'",
    );
  });
});
