import { describe, expect, it } from '@jest/globals';
import { digestOfPersonal, digestOfText, isPersonalPartOf } from './entry.js';

const salt = '0123456789abcdef0123456789abcdef';
const content = '{"address":"203.0.113.7"}';

describe('the digest of a personal part', () => {
  it('The digest of a personal part covers salt and content, each with its length', () => {
    expect(digestOfPersonal({ salt, content })).toBe(`2:${digestOfText(`32:${salt}25:${content}`)}`);
    expect(digestOfPersonal({ salt, content: '가' })).toBe(`2:${digestOfText(`32:${salt}3:가`)}`);
  });

  it.each([
    ['today’s form', digestOfPersonal({ salt, content })],
    ['the first form, without lengths', digestOfText(salt + content)],
  ])('The digest of a personal part of %s proves its part, and none with a moved character', (_, digest) => {
    expect(isPersonalPartOf({ salt, content }, digest)).toBe(true);
    expect(isPersonalPartOf({ salt: salt.slice(0, -1), content: `f${content}` }, digest)).toBe(false);
    expect(isPersonalPartOf({ salt: `${salt}{`, content: content.slice(1) }, digest)).toBe(false);
    expect(isPersonalPartOf({ salt, content: `${content} ` }, digest)).toBe(false);
  });

  it('A digest proves nothing without a personal part', () => {
    expect(isPersonalPartOf({ salt, content }, null)).toBe(false);
  });
});
