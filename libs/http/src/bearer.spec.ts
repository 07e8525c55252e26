import { describe, expect, it } from '@jest/globals';
import { bearerToken } from './bearer.js';

describe('bearerToken', () => {
  it.each([
    ['Bearer a.b-c', 'a.b-c'],
    ['bearer   token==', 'token=='],
    ['Basic dXNlcg==', ''],
    ['Bearer', ''],
    ['Bearer two tokens', ''],
    [undefined, undefined],
  ])('The header Authorization %j holds the token %j', (authorization, token) => {
    expect(bearerToken({ headers: { authorization } })).toBe(token);
  });
});
