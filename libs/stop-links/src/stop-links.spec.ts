import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { StopLinks, stopLinkDigest } from './stop-links.js';

const links = new StopLinks(createSecretKey(randomBytes(32)), 'https://bank.example/');
const [one, other] = ['ri_1', 'ri_2'] as const;
const tokenOf = (reissueId: string) => links.urlOf(reissueId)!.split('.').at(-1)!;

describe('stop links', () => {
  it('The link of a reissue is the same each time, and keeps its token in the fragment', () => {
    expect(links.urlOf(one)).toMatch(/^https:\/\/bank\.example\/#stop=ri_1\.[\w-]{22}$/);
    expect(links.urlOf(one)).toBe(links.urlOf(one));
    expect(tokenOf(one)).not.toBe(tokenOf(other));
  });

  it('A token is accepted for its own reissue only, and unaltered only', () => {
    const token = tokenOf(one);
    expect(links.accepts(one, stopLinkDigest(token))).toBe(true);
    expect(links.accepts(other, stopLinkDigest(token))).toBe(false);
    expect(links.accepts(one, stopLinkDigest(`${token}A`))).toBe(false);
    for (const digest of ['', token, 'x'.repeat(43)]) expect(links.accepts(one, digest)).toBe(false);
  });

  it('Another key accepts no token, and without a page there is no link', () => {
    const others = new StopLinks(createSecretKey(randomBytes(32)));
    expect(others.accepts(one, stopLinkDigest(tokenOf(one)))).toBe(false);
    expect(others.urlOf(one)).toBeUndefined();
  });
});
