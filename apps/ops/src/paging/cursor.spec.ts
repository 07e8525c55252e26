import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '#libs/http';
import fc from 'fast-check';
import { Cursors, type CursorPosition } from './cursor.js';

const key = randomBytes(32);
const cursors = new Cursors({ current: 'k1', keys: { k1: key } });
const position = ['2026-11-29 08:00:00.123456+00', 'ri_0'] as const;
const list = 'reissues -createdAt';

const refused = (open: () => unknown) => {
  expect(open).toThrow(ProblemError);
  expect(open).toThrow(
    expect.objectContaining({
      status: 422,
      type: 'invalid-request',
      errors: [expect.objectContaining({ in: 'query', parameter: 'cursor' })],
    }),
  );
};

describe('a cursor', () => {
  it('A cursor returns the position that it was written with, for any values', () => {
    const parts = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer()), { maxLength: 4 });
    fc.assert(
      fc.property(fc.string(), parts, (name, given: CursorPosition) => {
        expect(cursors.open(name, cursors.write(name, given))).toEqual(given);
      }),
    );
  });

  it('A cursor is refused if any byte was changed, removed or added', () => {
    const bytes = Buffer.from(cursors.write(list, position), 'base64url');
    const altered = [...bytes.keys()].flatMap((at) => {
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
      const flipped = Buffer.from([bytes[at]! ^ 1]);
      return [
        [before, flipped, after],
        [before, after],
        [before, flipped, bytes.subarray(at)],
      ].map((parts) => Buffer.concat(parts));
    });
    for (const text of altered) refused(() => cursors.open(list, text.toString('base64url')));
  });

  it('A cursor has one form: padding, other alphabets and skipped characters are refused', () => {
    const cursor = cursors.write(list, position);
    for (const text of [`${cursor}=`, `${cursor}!`, ` ${cursor}`, `${cursor.slice(0, 9)}.${cursor.slice(9)}`])
      refused(() => cursors.open(list, text));
  });

  it('A cursor is refused by another list, and by the same list in another order', () => {
    const cursor = cursors.write(list, position);
    for (const other of ['reissues createdAt', 'operations', '']) refused(() => cursors.open(other, cursor));
  });

  it('A cursor that was made by hand is refused', () => {
    fc.assert(fc.property(fc.string(), (text) => refused(() => cursors.open(list, text))));
    const json = JSON.stringify(['-createdAt', '0000-01-01 00:00:00+00', 'ri_0']);
    refused(() => cursors.open(list, Buffer.from(json).toString('base64url')));
  });

  it('A cursor stays valid after a key rotation as long as its key is configured', () => {
    const cursor = cursors.write(list, position);
    const next = { current: 'k2', keys: { k1: key, k2: randomBytes(32) } };
    expect(new Cursors(next).open(list, cursor)).toEqual(position);
    refused(() => new Cursors({ current: 'k2', keys: { k2: next.keys.k2 } }).open(list, cursor));
    refused(() => cursors.open(list, new Cursors(next).write(list, position)));
  });
});
