import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { expiryConfig, expirySettingsOf, namesBank } from './expiry-config.js';

const schema = z.object(expiryConfig);

describe('the settings of announcements of expiry', () => {
  it('Nothing is announced without an address of the page, and the other settings have defaults', () => {
    expect(expirySettingsOf(schema.parse({}))).toEqual({
      pageUrl: undefined,
      days: [30, 7, 1],
      perSecond: 10,
    });
  });

  it.each(['', '0', '91', '7,7', '30,x', '1.5', '-1'])('The days "%s" are refused', (expiryDays) => {
    expect(schema.safeParse({ expiryDays }).success).toBe(false);
  });

  it('In production messages need the name of the bank', () => {
    const page = { pageUrl: 'https://reissue.bank.example' };
    expect(namesBank({ env: 'production', ...page })).toBe(false);
    expect(namesBank({ env: 'production', ...page, pageBrand: {} })).toBe(true);
    expect(namesBank({ env: 'production' })).toBe(true);
    expect(namesBank({ env: 'development', ...page })).toBe(true);
  });

  it('Days may be given in any order', () => {
    expect(schema.parse({ expiryDays: '1, 60,14' }).expiryDays).toEqual([1, 60, 14]);
  });
});
