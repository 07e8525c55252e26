import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { metricsUrlOf } from '../support/app-environment.js';
import { continueReissue, ordinaryPath } from '../support/crowd.js';
import { bookmarkEvents } from '../support/kafka.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { readCheckedEvents } from '../support/checked-events.js';
import { until } from '../support/until.js';
import { expectSuccess } from '../support/http.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();
afterEach(() => control.restore(stack));
afterAll(() => stack.close());

describe('while Kafka is down', () => {
  it.each(['stop', 'kill'] as const)(
    'While Kafka is down (%s) reissues go on, and the events follow later in order',
    async (how) => {
      const bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
      const people = await stack.sandbox.makePeople(4, 'VALID');
      const crowd = await Promise.all(people.map((person) => stack.customerFor(person)));
      const [first, ...others] = crowd;
      await continueReissue(first!, 3);
      await control[how]('kafka');
      await Promise.all(crowd.map((customer) => continueReissue(customer, ordinaryPath.length)));
      for (const { reissueId } of crowd) await untilWorkflowCompleted(stack.temporal, reissueId, 120_000);
      for (const part of ['gateway', 'worker'])
        expect(`${part} ${(await fetch(readinessOf(part))).status}`).toBe(`${part} 200`);
      const waiting = async () =>
        stack.db
          .selectFrom('event')
          .select('sequence')
          .where(
            'stream',
            'in',
            others.map(({ reissueId }) => reissueId),
          )
          .where('published_at', 'is', null)
          .execute();
      expect((await waiting()).length).toBeGreaterThanOrEqual(others.length * 9);

      await control.start('kafka');
      const stories = await readCheckedEvents(
        stack,
        bookmark,
        crowd.map(({ reissueId }) => reissueId),
        120_000,
      );
      for (const story of stories.values()) expect(story.at(-1)?.type).toMatch(/^reseal\.certificate\./);
      await until('every event to be marked as published', async () => (await waiting()).length === 0);
      expectSuccess(await first!.fetchReissue());
    },
  );
});

const readinessOf = (part: string) => `${metricsUrlOf(part)}/health/ready`;
