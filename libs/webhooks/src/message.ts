import { dataSchemaOf } from '#libs/contracts';
import type { DueDelivery } from '#libs/db/events';
import type { WebhookMessage } from './send.js';

/** Attributes of a CloudEvent. */
interface Attributes {
  readonly id: string;
  /** Within a source ids are unique (a URI reference). */
  readonly source: string;
  readonly type: string;
  /** The `$id` of the JSON Schema of the data, if it has one. */
  readonly dataschema?: string;
  readonly subject: string;
  readonly time: Date;
}

/** A CloudEvent 1.0 in structured JSON mode (HTTP protocol binding, section 3.2). */
function structured(
  { id, source, type, dataschema, subject, time }: Attributes,
  data: unknown,
): WebhookMessage {
  const event = { specversion: '1.0', id, source, type, dataschema, subject, time: time.toISOString() };
  return { id, body: JSON.stringify({ ...event, datacontenttype: 'application/json', data }) };
}

/** The message of an event, with the same id and attributes as in Kafka. */
export function webhookMessage(
  event: Pick<DueDelivery, 'stream' | 'sequence' | 'key' | 'type' | 'data' | 'occurred_at'>,
  source: string,
): WebhookMessage {
  const { stream, sequence, key: subject, type, data, occurred_at: time } = event;
  const dataschema = dataSchemaOf(type);
  return structured({ id: `${stream}/${sequence}`, source, type, dataschema, subject, time }, data);
}

/** Type of a test event. */
const testEventType = 'reseal.webhook.test.v1';

/** The message of a test event. */
export function testMessage(endpointId: string, testId: string, source: string, time: Date): WebhookMessage {
  const id = `${endpointId}/${testId}`;
  return structured({ id, source, type: testEventType, subject: endpointId, time }, { endpointId });
}
