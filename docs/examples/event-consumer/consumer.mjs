// Counts per day how reissues end. Kafka delivers an event at least once, so each is applied in one transaction with its id:
// an event that comes again, after a restart or from the relay, changes nothing.
import { readFileSync } from 'node:fs';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

const {
  DATABASE_URL,
  KAFKA_BROKERS,
  KAFKA_TOPIC = 'reseal.reissue',
  KAFKA_GROUP = 'reissues-per-day',
} = process.env;
const finalStates = ['REGISTERED', 'REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN'];

const pool = new pg.Pool({ connectionString: DATABASE_URL });
await pool.query(readFileSync(new URL('schema.sql', import.meta.url), 'utf8'));

const kafka = new Kafka({
  brokers: KAFKA_BROKERS.split(','),
  clientId: KAFKA_GROUP,
  logLevel: logLevel.ERROR,
});
const consumer = kafka.consumer({ groupId: KAFKA_GROUP });
for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, async () => {
    await consumer.disconnect(); // commits the offsets of what was applied
    await pool.end();
  });

await consumer.connect();
await consumer.subscribe({ topic: KAFKA_TOPIC, fromBeginning: true });
await consumer.run({
  // An error is not caught: kafkajs delivers the message again, so that none is lost.
  eachMessage: async ({ message }) => {
    const { ce_id: id, ce_type: type, ce_time: time } = headersOf(message);
    // A type or a version that this consumer does not know is none of its business.
    if (!/^reseal\.reissue\.[a-z-]+\.v1$/.test(type)) return;
    const event = JSON.parse(message.value.toString());
    await inTransaction(async (client) => {
      if (!(await isNew(client, id, time))) return;
      // Some events change no state, e.g. a consent that was withdrawn after the end.
      if (event.state === event.previousState || !finalStates.includes(event.state)) return;
      await client.query(
        `INSERT INTO reissues_per_day VALUES (($1::timestamptz AT TIME ZONE 'Asia/Seoul')::date, $2, 1)
         ON CONFLICT (day, state) DO UPDATE SET number = reissues_per_day.number + 1`,
        [time, event.state],
      );
    });
  },
});

/** Whether the event was not applied before. Its id is written in the transaction that applies it. */
async function isNew(client, id, time) {
  const insert = 'INSERT INTO applied_event VALUES ($1, $2) ON CONFLICT DO NOTHING';
  const { rowCount } = await client.query(insert, [id, time]);
  return rowCount === 1;
}

async function inTransaction(work) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** The attributes of the CloudEvent, which Kafka's headers hold as bytes. */
function headersOf({ headers = {} }) {
  const texts = Object.entries(headers).map(([name, value]) => [name, value?.toString() ?? '']);
  return { ce_id: '', ce_type: '', ce_time: '', ...Object.fromEntries(texts) };
}
