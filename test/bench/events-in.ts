import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createCustomerEventHandler } from '#activities/customer-events';
import type { CustomerEvent } from '#libs/contracts';
import { createDatabase } from '#libs/db';
import type { CustomerEventKind } from '#libs/domain';
import { CustomerEventConsumer } from '#libs/events';
import { sql } from 'kysely';
import { environmentOf } from '../support/app-environment.js';
import { binary, createBankTopic } from '../support/bank-topic.js';
import { until } from '../support/until.js';
import { bankEvent } from '../world/bank-events.js';
import { insertCertificates } from '../world/many-certificates.js';
import { createTestDatabase } from '../world/test-database.js';
import { commonOptions, parseOptions, wholeNumber } from './options.js';
import { progress } from './progress.js';
import { loadSince, setting } from './setting.js';

const usage = `npm run bench -- events-in [options]

How many of the bank's events about customers one worker handles in a second: those that are kept as a fact, those that also put a
certificate on hold, and a replay of all of them, which changes nothing.

  --events N   events of each case (default 10000)
  --json       print the figures as one JSON object on the last line
  --help       this text
`;

const partitions = 6;
/** Messages of one request to Kafka. */
const batch = 1_000;

/** `npm run bench -- events-in`: events per second of each case. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    { events: { type: 'string', default: '10000' }, ...commonOptions },
    usage,
  );
  if (values.help) return console.log(usage);
  const count = wholeNumber(values.events, { name: '--events', usage });
  const before = setting();
  const now = new Date();
  const brokers = (environmentOf('worker')['RESEAL_KAFKA_BROKERS'] ?? '').split(',');
  const database = await createTestDatabase();
  const owner = createDatabase({ url: database.urlOf('owner'), applicationName: 'bench' });
  const db = createDatabase<'worker'>({
    ...{ url: database.urlOf('worker'), applicationName: 'bench', max: 10, keepPlans: true },
  });
  const bank = await createBankTopic(brokers, partitions);
  const logger = pino({ level: 'silent' });
  const handle = createCustomerEventHandler({
    ...{ db, clock: () => new Date(), logger },
    temporal: { workflow: undefined as never },
    outbox: { sendSoon: () => undefined },
  });
  const { topic, deadLetterTopic } = bank;

  /** Seconds until a consumer of this group has handled this number of events with this outcome. */
  const timed = async (what: string, groupId: string, outcome: string, expected: number) => {
    progress(what);
    let handled = 0;
    let since = Infinity;
    const consumer = new CustomerEventConsumer({
      ...{ brokers, topic, deadLetterTopic, groupId, logger },
      clock: () => new Date(),
      isPermanent: () => false,
      handle: async (event) => {
        since = Math.min(since, performance.now()); // without the time in which the group forms
        const done = await handle(event);
        if (done.outcome === outcome) handled += 1;
        return done.outcome;
      },
    });
    consumer.start();
    try {
      await until(what, () => handled >= expected, { timeoutMs: 600_000, pauseMs: 20 });
      return (performance.now() - since) / 1_000;
    } finally {
      await consumer.stop();
    }
  };

  try {
    progress(`${count.toLocaleString('en')} customers`);
    await insertCertificates(owner, { due: count, others: 0, now });
    await sql`UPDATE customer SET bank_customer_id = customer_ref`.execute(owner);
    const customers = await owner.selectFrom('customer').select('customer_ref as bankId').execute();
    const send = async (kind: CustomerEventKind) => {
      const events = customers.map((customer): CustomerEvent =>
        bankEvent(kind, customer, { time: now, id: randomUUID() }),
      );
      for (let from = 0; from < events.length; from += batch)
        await bank.send(...events.slice(from, from + batch).map(binary));
    };
    await send('contact-changed');
    const facts = await timed('facts', topic, 'DONE', count);
    await send('fraud-suspected');
    const holds = await timed('holds', topic, 'DONE', count);
    const replay = await timed('a replay', `${topic}-again`, 'REPEATED', 2 * count);
    const rates = { facts: count / facts, holds: count / holds, replay: (2 * count) / replay };
    const { cpu, cores, node } = before;
    console.log(`${cpu}, ${cores} cores; Node ${node}, PostgreSQL 18; ${loadSince(before)}\n`);
    console.log('| events | facts, events/s | holds, events/s | replayed, events/s |');
    console.log('| -----: | --------------: | --------------: | -----------------: |');
    const shown = Object.values(rates).map((rate) => rate.toFixed(0));
    console.log(`| ${[count.toLocaleString('en'), ...shown].join(' | ')} |`);
    if (values.json) console.log(JSON.stringify({ setting: before, events: count, ...rates }));
  } finally {
    await bank.close();
    await Promise.all([owner.destroy(), db.destroy()]);
    await database.drop();
  }
}
