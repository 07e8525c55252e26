import { pino } from 'pino';
import { createCustomerEventHandler } from '#activities/customer-events';
import { CustomerEventConsumer } from '#libs/events';
import { watchedDatabase } from './watched-database.js';

/** The task of a process that handles the bank's events and is killed between an effect and the commit of its offset. */
export interface Task {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  readonly deadLetterTopic: string;
}

process.once('message', (task: Task) => receive(task));

function receive({ databaseUrl, ...access }: Task): void {
  const logger = pino({ level: 'silent' });
  const clock = () => new Date();
  const db = watchedDatabase(databaseUrl, {
    afterCommit: async () => {
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    },
  });
  const handle = createCustomerEventHandler({
    ...{ db, clock, logger },
    temporal: { workflow: undefined as never },
    outbox: { sendSoon: () => undefined },
  });
  new CustomerEventConsumer({
    ...access,
    ...{ clock, logger },
    handle: async (event) => (await handle(event)).outcome,
    isPermanent: () => false,
  }).start();
}
