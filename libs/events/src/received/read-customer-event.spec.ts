import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCustomerEvent } from './read-customer-event.js';

const now = new Date('2026-11-23T02:00:00Z');
const attributes = {
  specversion: '1.0',
  id: '4711',
  source: '/bank/core',
  type: 'bank.customer.fraud-suspected.v1',
  time: '2026-11-23T10:02:03+09:00',
};
const data = { customerId: 'K-000001' };
const key = Buffer.from('K-000001');
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const read = {
  source: '/bank/core',
  id: '4711',
  kind: 'fraud-suspected',
  type: attributes.type,
  time: new Date('2026-11-23T01:02:03Z'),
  customerId: 'K-000001',
};

describe('readCustomerEvent', () => {
  it('Both content modes of an event read the same', () => {
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]),
    );
    const binary = { key, value: bytes(data), headers: { ...headers, 'content-type': 'application/json' } };
    const structured = {
      key,
      value: bytes({ ...attributes, data }),
      headers: { 'content-type': Buffer.from('application/cloudevents+json') },
    };
    for (const message of [binary, structured])
      expect(readCustomerEvent(message, now)).toEqual({ event: read });
  });

  it('Members that are not known are ignored', () => {
    const value = bytes({ ...attributes, traceparent: '00-1', data: { ...data, branch: '001' } });
    const message = { key, value, headers: { 'content-type': 'application/cloudevents+json' } };
    expect(readCustomerEvent(message, now)).toEqual({ event: read });
  });

  it('A header that is repeated is not read', () => {
    const headers = {
      ...{ ce_specversion: '1.0', ce_id: ['1', '2'], ce_source: '/bank' },
      ce_time: attributes.time,
    };
    const message = { key, value: bytes(data), headers: { ...headers, ce_type: attributes.type } };
    expect(readCustomerEvent(message, now)).toEqual({ rejected: { reason: 'INVALID', detail: 'id' } });
  });

  it('The detail of a rejection names attributes and has no value', () => {
    const value = bytes({ ...attributes, id: '', data: { customerId: 7 } });
    const message = { key, value, headers: { 'content-type': 'application/cloudevents+json' } };
    const detail = 'id, data.customerId';
    expect(readCustomerEvent(message, now)).toEqual({ rejected: { reason: 'INVALID', detail } });
  });

  it('No message makes it throw', () => {
    const header = fc.oneof(fc.string(), fc.uint8Array().map(Buffer.from), fc.array(fc.string()));
    const value = fc.oneof(
      fc.uint8Array().map((each) => Buffer.from(each)),
      fc.jsonValue().map(bytes),
    );
    const names = fc.constantFrom('content-type', ...Object.keys(attributes).map((name) => `ce_${name}`));
    fc.assert(
      fc.property(
        fc.option(value),
        fc.option(value),
        fc.dictionary(fc.oneof(names, fc.string()), header),
        fc.boolean(),
        (someKey, someValue, headers, structured) => {
          const contentType = structured ? { 'content-type': 'application/cloudevents+json' } : {};
          const message = { key: someKey, value: someValue, headers: { ...headers, ...contentType } };
          const result = readCustomerEvent(message, now);
          expect(result === undefined || 'rejected' in result || 'event' in result).toBe(true);
        },
      ),
    );
  });
});
