import { describe, expect, it } from '@jest/globals';
import { reissueIdPattern } from '#libs/domain';
import fc from 'fast-check';
import { sortedJson } from './sorted-json.js';
import { RequestIds } from './request-ids.js';

const ids = new RequestIds(Buffer.alloc(32, 1));

/** The same value with the members of its objects in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

describe('sorted JSON', () => {
  it('Sorted JSON does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(sortedJson(shuffled(value))).toBe(sortedJson(value));
      }),
    );
  });

  it('Sorted JSON parses to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(sortedJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('Sorted JSON keeps the order of arrays and omits undefined members', () => {
    expect(sortedJson({ b: [2, 1], a: undefined, A: 'x', 가: null })).toBe('{"A":"x","b":[2,1],"가":null}');
  });
});

describe('ids of calls', () => {
  it('The same call has the same ids', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(ids.requestHmac(shuffled(body))).toBe(ids.requestHmac(body));
      }),
    );
    expect(ids.reissueId('app', 'key')).toBe(ids.reissueId('app', 'key'));
    expect(ids.updateId('/a', 'key')).toBe(ids.updateId('/a', 'key'));
  });

  it('Different requests have different digests', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(sortedJson(a) !== sortedJson(b));
        expect(ids.requestHmac(a)).not.toBe(ids.requestHmac(b));
      }),
    );
  });

  it('The id of a reissue depends on front end and Idempotency-Key', () => {
    const id = ids.reissueId('app', 'key');
    expect(id).toMatch(reissueIdPattern);
    expect(ids.reissueId('web', 'key')).not.toBe(id);
    expect(ids.reissueId('app', 'key2')).not.toBe(id);
    expect(ids.reissueId('appk', 'ey')).not.toBe(id);
  });

  it('An id cannot be computed without the key', () => {
    const others = new RequestIds(Buffer.alloc(32, 2));
    expect(others.reissueId('app', 'key')).not.toBe(ids.reissueId('app', 'key'));
    expect(others.requestHmac({ name: '홍길동' })).not.toBe(ids.requestHmac({ name: '홍길동' }));
  });

  it('The same Idempotency-Key has different update ids on two routes', () => {
    expect(ids.updateId('/a', 'key')).not.toBe(ids.updateId('/b', 'key'));
    expect(ids.updateId('/a', 'key')).toMatch(/^[0-9a-f]{32}$/);
  });
});
