import { sql } from 'kysely';
import { pino } from 'pino';
import { createExpiryActivities } from '#activities/expiry';
import { createDatabase } from '#libs/db';
import { sampleBank } from '#libs/config';
import { loadTerms } from '#libs/terms';
import { announceAll, sendAll } from '../world/expiring-certificates.js';
import { insertCertificates } from '../world/many-certificates.js';
import { createTestDatabase } from '../world/test-database.js';
import { commonOptions, parseOptions, wholeNumber } from './options.js';
import { progress } from './progress.js';
import { loadSince, setting } from './setting.js';

const usage = `npm run bench -- expiry [options]

How long one run takes that announces the expiry of many certificates: the pages with events, a second run that finds
nothing to do, and the messages with a provider that takes each at once, at 2,000 customers a second.

  --due N      certificates that are announced (default 100000)
  --others N   certificates that expire later (default 100000)
  --json       print the figures as one JSON object on the last line
  --help       this text
`;

/** More at once would wait too long for a connection to the database. */
const messagesPerSecond = 2_000;

/** Noon in Korea: messages are sent. */
const now = new Date('2026-11-05T03:04:05.678Z');

/** `npm run bench -- expiry`: seconds of each part of a run. */
export async function run(args: readonly string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      due: { type: 'string', default: '100000' },
      others: { type: 'string', default: '100000' },
      ...commonOptions,
    },
    usage,
  );
  if (values.help) return console.log(usage);
  const due = wholeNumber(values.due, { name: '--due', usage });
  const others = wholeNumber(values.others, { name: '--others', least: 0, usage });
  const before = setting();
  const database = await createTestDatabase();
  const owner = createDatabase({ url: database.urlOf('owner'), applicationName: 'bench' });
  const db = createDatabase<'worker'>({
    ...{ url: database.urlOf('worker'), applicationName: 'bench', max: 20, keepPlans: true },
  });
  try {
    progress(`${(due + others).toLocaleString('en')} certificates`);
    await insertCertificates(owner, { due, others, now });
    let messages = 0;
    const take = () => Promise.resolve(void (messages += 1));
    const activities = createExpiryActivities({
      ...{ db, clock: () => now, terms: loadTerms(), bank: sampleBank, logger: pino({ level: 'silent' }) },
      ...{ sms: { send: take }, mail: { send: take } },
      expiry: {
        days: [30, 7, 1],
        pageUrl: 'https://reissue.bank.example',
        perSecond: messagesPerSecond,
      },
    });
    const timed = async (what: string, work: () => Promise<number>, expected: number) => {
      progress(what);
      const since = performance.now();
      const done = await work();
      if (done !== expected) throw new Error(`${what}: ${done} instead of ${expected}`);
      return (performance.now() - since) / 1_000;
    };
    const announced = await timed('the pages', () => announceAll(activities), due);
    await sql`ANALYZE expiry_announcement`.execute(owner);
    const again = await timed('a run with nothing to do', () => announceAll(activities), 0);
    const sent = await timed('the messages', () => sendAll(activities), due);
    if (messages !== due) throw new Error(`${messages} messages instead of ${due}`);
    const { cpu, cores, node } = before;
    console.log(`${cpu}, ${cores} cores; Node ${node}, PostgreSQL 18; ${loadSince(before)}\n`);
    console.log('| certificates announced | others | announce, s | find nothing, s | send, s |');
    console.log('| ---------------------: | -----: | ----------: | --------------: | ------: |');
    const shown = [due, others].map((count) => count.toLocaleString('en'));
    console.log(`| ${[...shown, ...[announced, again, sent].map((each) => each.toFixed(1))].join(' | ')} |`);
    if (values.json) console.log(JSON.stringify({ setting: before, due, others, announced, again, sent }));
  } finally {
    await Promise.all([owner.destroy(), db.destroy()]);
    await database.drop();
  }
}
