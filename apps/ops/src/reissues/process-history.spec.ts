import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import protobuf from '@temporalio/proto';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { decodeHistory } from '#libs/temporal';
import { dataConverter } from '../../../../test/support/time-skipping.js';
import { redact } from '#activities/records';
import { itemsOf, readProcess } from './process-history.js';

const { History } = protobuf.temporal.api.history.v1;
const file = new URL('../../../../test/replay/histories/parked-and-retried.json', import.meta.url);
const { history } = JSON.parse(readFileSync(file, 'utf8')) as { history: { events: unknown[] } };
// As decoded from the wire: numbers are Longs.
const { events: recorded } = History.decode(History.encode(historyFromJSON(history)).finish());

it('A recorded history shows the calls of other systems with attempts and errors', async () => {
  const items = await itemsOf(recorded, new Map(), loadDataConverter(dataConverter));
  expect(items.map(({ code, outcome, attempts, error }) => [code, outcome, attempts, error])).toEqual([
    ['sendChallenges', 'DONE', 1, undefined],
    ['verifyAnswers', 'FAILED', 10, 'ONE_WON is down'],
    ['verifyAnswers', 'DONE', 1, undefined],
    ['issueCertificate', 'DONE', 1, undefined],
    ['notify', 'DONE', 1, undefined],
    ['notify', 'DONE', 1, undefined],
  ]);
  for (const { text } of items)
    expect(text).toEqual({ ko: expect.stringMatching(/[가-힣]/), en: expect.any(String) });
});

it('A history shows a timer that fired and one that is running, and leaves out a cancelled one', async () => {
  const at = (seconds: number) => ({ seconds, nanos: 0 });
  const started = (timerId: string, seconds: number) => ({
    eventTime: at(seconds),
    timerStartedEventAttributes: { timerId, startToFireTimeout: at(60) },
  });
  const { events } = History.fromObject({
    events: [
      started('1', 1_000),
      started('2', 1_001),
      started('3', 1_002),
      { eventTime: at(1_060), timerFiredEventAttributes: { timerId: '1' } },
      { eventTime: at(1_061), timerCanceledEventAttributes: { timerId: '2' } },
    ],
  });
  const items = await itemsOf(events, new Map(), loadDataConverter(dataConverter));
  expect(items).toMatchObject([
    { code: 'timerFired', at: '1970-01-01T00:17:40.000Z', outcome: 'DONE' },
    { code: 'timerRuns', at: '1970-01-01T00:16:42.000Z', pending: true, until: '1970-01-01T00:17:42.000Z' },
  ]);
});

it('An archived history of two runs shows both as the live one does, with the names of errors', async () => {
  const workflowId = recorded[0]!.workflowExecutionStartedEventAttributes!.workflowId!;
  const events = await decodeHistory({ events: recorded }, dataConverter.payloadCodecs![0]!, workflowId);
  const archived = ['first', 'second'].flatMap((runId) =>
    events.map((event) => ({ runId, ...(redact(event) as object) })),
  );
  const loadedDataConverter = loadDataConverter(dataConverter);
  const client = {
    options: { loadedDataConverter },
    workflow: {
      getHandle: () => ({
        describe: () => Promise.reject(new WorkflowNotFoundError('forgotten', workflowId, undefined)),
      }),
    },
  } as unknown as Client;
  const { process, items } = await readProcess(client, 'ri_1', () => Promise.resolve(archived));
  expect(process).toBe('ARCHIVED');
  const live = await itemsOf(recorded, new Map(), loadedDataConverter);
  const named = live.map((item) => (item.error ? { ...item, error: expect.stringMatching(/^\w+$/) } : item));
  expect(items).toEqual([...named, ...named]);
});
