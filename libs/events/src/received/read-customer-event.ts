import { customerEventKindOf, receivedCloudEventSchema, type CustomerEvent } from '#libs/contracts';
import { readCloudEvent, textOf, type ReceivedMessage } from './read-cloud-event.js';

/** Why a message is a dead letter. */
export const deadLetterReasons = [
  'TOO_LARGE',
  /** It is no CloudEvent in JSON. */
  'MALFORMED',
  /** An attribute or the data does not meet the schema. */
  'INVALID',
  /** The type has a version that this release does not know. */
  'UNKNOWN_VERSION',
  /** The key is not the customer's id: Kafka would not keep the order of the customer's events. */
  'OTHER_KEY',
  /** The event is said to happen later than now: it would make later events outdated. */
  'IN_FUTURE',
  /** Its handling fails for a reason that does not go away. */
  'HANDLING_FAILED',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

/** Why a message cannot be handled. The detail names members of the schema and has no value. */
export interface Rejection {
  readonly reason: DeadLetterReason;
  readonly detail?: string;
}

/** In bytes: key, value and headers of a message. */
const largestMessage = 64 * 1024;
/** How far the clock of the event's source may be ahead. */
const aheadMs = 10 * 60_000;
const anyVersion = /^(?<type>.+\.)v\d+$/;

/**
 * Reads an event of the bank about a customer.
 *
 * @returns undefined for an event of another type, which is for other consumers
 */
export function readCustomerEvent(
  message: ReceivedMessage,
  now: Date,
): { readonly event: CustomerEvent } | { readonly rejected: Rejection } | undefined {
  const size = sizeOf(message);
  if (size > largestMessage) return { rejected: { reason: 'TOO_LARGE', detail: `${size} bytes` } };
  const attributes = readCloudEvent(message);
  if (!attributes) return { rejected: { reason: 'MALFORMED' } };

  const { type } = attributes as { readonly type?: unknown };
  const kind = typeof type === 'string' ? customerEventKindOf(type) : undefined;
  if (typeof type === 'string' && !kind)
    return isOtherVersion(type) ? { rejected: { reason: 'UNKNOWN_VERSION' } } : undefined;
  const parsed = receivedCloudEventSchema.safeParse(attributes);
  if (!parsed.success || !kind) {
    const names = parsed.error?.issues.map(({ path }) => path.join('.')) ?? [];
    return { rejected: { reason: 'INVALID', detail: [...new Set(names)].join(', ') } };
  }
  const { source, id, time, data } = parsed.data;
  const event = {
    source,
    id,
    kind,
    type: parsed.data.type,
    time: new Date(time),
    customerId: data.customerId,
  };
  if (message.key === null || textOf(message.key) !== event.customerId)
    return { rejected: { reason: 'OTHER_KEY' } };
  if (event.time.getTime() > now.getTime() + aheadMs) return { rejected: { reason: 'IN_FUTURE' } };
  return { event };
}

const isOtherVersion = (type: string) => {
  const named = anyVersion.exec(type)?.groups?.['type'];
  return named !== undefined && customerEventKindOf(`${named}v1`) !== undefined;
};

function sizeOf({ key, value, headers = {} }: ReceivedMessage): number {
  const ofHeaders = Object.entries(headers).map(
    ([name, each]) => name.length + [each ?? ''].flat().reduce((sum, part) => sum + part.length, 0),
  );
  return ofHeaders.reduce((sum, size) => sum + size, (key?.length ?? 0) + (value?.length ?? 0));
}
