import { describe, expect, it } from '@jest/globals';
import type { EventRow } from '#libs/db/events';
import { Kafka, type Message } from 'cloudevents';
import { cloudEvent } from './cloud-event.js';

const reissueId = `ri_${'0'.repeat(32)}`;
const row: EventRow = {
  stream: reissueId,
  sequence: 12,
  position: '345',
  topic: 'reseal.certificate',
  key: '0a1b',
  type: 'reseal.certificate.issued.v1',
  data: { serial: '0a1b', customerRef: 'cr_fictional', reissueId },
  occurred_at: new Date('2026-11-22T01:02:03.456Z'),
  published_at: null,
  traceparent: null,
};

describe('cloudEvent', () => {
  it('The Kafka message of an event is a CloudEvent 1.0 in binary mode for the reference library', () => {
    const { key, value, headers } = cloudEvent(row, '/reseal');
    const message: Message & { key: string; value: string } = {
      key,
      value,
      body: value,
      headers: { ...headers },
    };
    const event = Kafka.toEvent(message);
    expect(event).toMatchObject({
      specversion: '1.0',
      id: `${reissueId}/12`,
      source: '/reseal',
      type: 'reseal.certificate.issued.v1',
      dataschema: 'urn:reseal:schema:certificate-event-data.v1',
      subject: '0a1b',
      time: '2026-11-22T01:02:03.456Z',
      datacontenttype: 'application/json',
      partitionkey: '0a1b',
      data: row.data,
    });
  });

  it('The Kafka message of an event is keyed by its subject and the same each time it is built', () => {
    expect(cloudEvent(row, '/reseal').key).toBe('0a1b');
    expect(cloudEvent(row, '/reseal')).toEqual(cloudEvent({ ...row, published_at: new Date() }, '/reseal'));
  });
});
