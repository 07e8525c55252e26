import type { IHeaders } from 'kafkajs';

/** What is read of a message of Kafka. */
export interface ReceivedMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: IHeaders | undefined;
}

const structured = /^application\/cloudevents\+json\s*(;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The attributes of a CloudEvent 1.0 in a message of Kafka, and `data`, which is JSON: in binary content mode, where attributes are
 * headers, or in structured content mode (CloudEvents Kafka protocol binding, sections 3.2 and 3.3). What it returns is not
 * validated.
 *
 * @returns undefined for a message that is neither
 */
export function readCloudEvent({ value, headers = {} }: ReceivedMessage): object | undefined {
  const contentType = headerOf(headers, 'content-type');
  const content = parseJson(value);
  if (content === undefined) return undefined;
  if (contentType !== undefined && structured.test(contentType))
    return typeof content === 'object' && content !== null ? content : undefined;
  if (headers['ce_specversion'] === undefined) return undefined;
  const attributes = Object.keys(headers)
    .filter((name) => name.startsWith('ce_'))
    .map((name) => [name.slice('ce_'.length), headerOf(headers, name)] as const);
  return {
    ...Object.fromEntries(attributes),
    ...(contentType === undefined ? {} : { datacontenttype: contentType }),
    data: content,
  };
}

/** The header of this name; undefined if it is absent, repeated, or not UTF-8. */
function headerOf(headers: IHeaders, name: string): string | undefined {
  const value = headers[name];
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? textOf(value) : undefined;
}

/** The text of UTF-8 bytes; undefined if they are none. */
export function textOf(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(value: Buffer | null): unknown {
  const text = value === null ? undefined : textOf(value);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
