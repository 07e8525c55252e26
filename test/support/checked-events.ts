import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import {
  readEvents,
  sequenceOf,
  untilAll,
  type Bookmark,
  type PublishedEvent,
  type ReceivedEvent,
} from './kafka.js';
import type { RunningStack } from './running-stack.js';

/**
 * Reads the events of these reissues from Kafka and checks them: none is missing compared with the database, the events of
 * one key are in order and in one partition, and each matches its schema in the AsyncAPI document.
 *
 * @returns the events of each reissue in order, of both topics
 */
export async function readCheckedEvents(
  { addresses, db }: Pick<RunningStack, 'addresses' | 'db'>,
  from: Bookmark,
  reissueIds: readonly string[],
  timeoutMs = 60_000,
): Promise<Map<string, PublishedEvent[]>> {
  const rows = await db
    .selectFrom('event')
    .select(['stream', 'sequence', 'key', 'type'])
    .where('stream', 'in', reissueIds)
    .orderBy('stream')
    .orderBy('sequence')
    .execute();
  const ours = (event: PublishedEvent) => reissueIds.includes(String(event.data?.['reissueId']));
  const received = await readEvents({
    brokers: addresses.kafkaBrokers,
    from,
    timeoutMs,
    until: untilAll(rows),
  });
  const messages = received.filter(({ event }) => ours(event));
  expectOrder(messages);
  for (const { event } of messages) expectMatchesSchema(event);

  const stories = new Map<string, PublishedEvent[]>();
  for (const { event } of [...messages].sort((a, b) => sequenceOf(a.event) - sequenceOf(b.event))) {
    const story = stories.get(String(event.data?.['reissueId'])) ?? [];
    if (story.at(-1)?.id !== event.id) story.push(event);
    stories.set(String(event.data?.['reissueId']), story);
  }
  // The first number differs: after a restore from a backup, numbers continue above the earlier ones.
  for (const [reissueId, story] of stories)
    expect(story.map(({ id, type }) => `${id} ${type}`)).toEqual(
      rows
        .filter(({ stream }) => stream === reissueId)
        .map(({ stream, sequence, type }) => `${stream}/${sequence} ${type}`),
    );
  return stories;
}

/** Checks the order for each key. A subscriber drops an event that it receives again. */
function expectOrder(messages: readonly ReceivedEvent[]): void {
  const newest = new Map<string, { partition: number; sequence: number }>();
  const seen = new Set<string>();
  for (const { key, partition, event } of messages) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    const reissueKey = `${key} of ${String(event.data?.['reissueId'])}`;
    const before = newest.get(reissueKey);
    if (before) {
      expect(partition).toBe(before.partition);
      expect(sequenceOf(event)).toBeGreaterThan(before.sequence);
    }
    newest.set(reissueKey, { partition, sequence: sequenceOf(event) });
  }
}

interface AsyncApi {
  components: { messages: Record<string, { payload: object; headers: object }> };
}
let document: AsyncApi | undefined;
const compiled = new Map<string, ValidateFunction>();

function expectMatchesSchema({ type, data }: PublishedEvent): void {
  document ??= parse(readFileSync(join(projectRoot(), 'libs/contracts/asyncapi.yaml'), 'utf8')) as AsyncApi;
  const { components } = document;
  let validate = compiled.get(type);
  if (!validate) {
    const payload = components.messages[type]?.payload;
    if (!payload) throw new Error(`the AsyncAPI document does not know ${type}`);
    // The published schema is open for members of later releases. Here each member has to be documented.
    const schema = { ...payload, components, unevaluatedProperties: false };
    validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    compiled.set(type, validate);
  }
  validate(data);
  expect({ type, errors: validate.errors ?? [] }).toEqual({ type, errors: [] });
}
