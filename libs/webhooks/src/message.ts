import type { DueDelivery } from '#libs/db';
import type { WebhookMessage } from './send.js';

/**
 * An event as it is sent: a CloudEvent 1.0 in structured JSON mode (HTTP protocol binding, section 3.2), with the id and
 * all else that it has in Kafka.
 *
 * @param source the context in which ids are unique (a URI reference)
 */
export function webhookMessage(
  event: Pick<DueDelivery, 'stream' | 'sequence' | 'key' | 'type' | 'data' | 'occurred_at'>,
  source: string,
): WebhookMessage {
  const id = `${event.stream}/${event.sequence}`;
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: event.type,
    subject: event.key,
    time: event.occurred_at.toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  });
  return { id, body };
}

/** Type of the event that a receiver is tried with. */
export const testEventType = 'reseal.webhook.test.v1';

/** An event of which nothing happened. */
export function testMessage(endpointId: string, testId: string, source: string, now: Date): WebhookMessage {
  const id = `${endpointId}/${testId}`;
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: testEventType,
    subject: endpointId,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    data: { endpointId },
  });
  return { id, body };
}
