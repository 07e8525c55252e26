import { dataSchemaOf } from '#libs/contracts';
import type { EventRow } from '#libs/db/events';

/** A Kafka message with an event. */
export interface EventMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An event as a CloudEvent 1.0 in Kafka's binary content mode (CloudEvents Kafka protocol binding, section 3.2).
 * Its id is the same each time it is sent, so that a consumer can drop repetitions, and ends with the number that
 * orders the events of one stream.
 *
 * @param source `source` of the CloudEvent, within which ids are unique (a URI reference)
 * @param traceparent the trace that the message continues, as a header of Kafka; null for none
 */
export function cloudEvent(row: EventRow, source: string, traceparent = row.traceparent): EventMessage {
  return {
    key: row.key,
    value: JSON.stringify(row.data),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: `${row.stream}/${row.sequence}`,
      ce_source: source,
      ce_type: row.type,
      ce_dataschema: dataSchemaOf(row.type),
      ce_subject: row.key,
      ce_time: row.occurred_at.toISOString(),
      ce_partitionkey: row.key, // extension "partitioning"; also the message's key
      ...(traceparent === null ? {} : { traceparent }),
    },
  };
}
