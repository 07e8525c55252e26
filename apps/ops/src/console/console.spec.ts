import { describe, expect, test } from '@jest/globals';
import { pagePolicy } from './page-policy.js';

describe('pagePolicy', () => {
  const policy = pagePolicy({ nonce: 'bm9uY2U=', issuer: 'https://sso.bank.example', framed: false });

  test('The policy allows scripts from the console’s files only, and no eval', () => {
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  test('The policy allows connections to the app and to the issuer only', () => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' https://sso.bank.example;");
  });

  test('The policy forbids framing, except of the callback by the console itself', () => {
    expect(policy).toContain("frame-ancestors 'none'");
    expect(pagePolicy({ nonce: 'x', issuer: 'https://sso.bank.example', framed: true })).toContain(
      "frame-ancestors 'self'",
    );
  });
});
