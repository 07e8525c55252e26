import { createHash } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';

const { History: HistoryMessage } = proto.temporal.api.history.v1;

/** A payload in JSON. */
interface JsonPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** SHA-256, hexadecimal, of the protobuf encoding of a history's events, which Temporal stores. */
export const digestOfHistory = (history: History): string =>
  createHash('sha256')
    .update(HistoryMessage.encode(HistoryMessage.fromObject(history)).finish())
    .digest('hex');

/**
 * Decodes the events of a history into plain JSON. Each payload is replaced by its JSON value, or by its encoding if
 * it is not JSON. Encoded failures are decoded, too.
 *
 * @param workflowId the workflow that the payloads were encoded for
 * @throws {ValueError} for a payload of another workflow
 */
export async function decodeHistory(
  history: History,
  codec: PayloadCodec,
  workflowId: string,
): Promise<unknown[]> {
  const { events } = JSON.parse(historyToJSON(history)) as { events: unknown[] };
  const decode = async (value: unknown): Promise<unknown> => {
    if (isPayload(value)) return decode(await open(value, codec, workflowId));
    if (typeof value !== 'object' || value === null) return value;
    const decoded: [string, unknown][] = [];
    // A promise for each of the thousands of plain members would cost more than the decoding.
    for (const [name, member] of Object.entries(value))
      decoded.push([name, typeof member === 'object' ? await decode(member) : member]);
    return Array.isArray(value) ? decoded.map(([, member]) => member) : Object.fromEntries(decoded);
  };
  return (await decode(events)) as unknown[];
}

const isPayload = (value: unknown): value is JsonPayload =>
  typeof (value as { metadata?: { encoding?: unknown } } | null)?.metadata?.encoding === 'string';

const bytes = (text: string) => Buffer.from(text, 'base64');

async function open(
  { metadata, data = '' }: JsonPayload,
  codec: PayloadCodec,
  workflowId: string,
): Promise<unknown> {
  const payload: Payload = {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, bytes(value)])),
    data: bytes(data),
  };
  const encrypted = bytes(metadata['encoding'] ?? '').toString() === 'binary/encrypted';
  const [clear = payload] = encrypted
    ? await codec.decode([payload], { type: 'workflow', namespace: '', workflowId })
    : [];
  const encoding = Buffer.from(clear.metadata?.['encoding'] ?? '').toString();
  if (encoding === 'binary/null') return null;
  if (encoding !== 'json/plain') return { encoding };
  return JSON.parse(Buffer.from(clear.data ?? '').toString()) as unknown;
}
