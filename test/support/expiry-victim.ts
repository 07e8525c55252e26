import { pino } from 'pino';
import { createExpiryActivities } from '#activities/expiry';
import { createSmsSender, type SmsSender } from '#activities/notification';
import { sampleBank } from '#libs/config';
import { loadTerms } from '#libs/terms';
import { announceAll, sendAll } from '../world/expiring-certificates.js';
import { watchedDatabase } from './watched-database.js';

/** The task of a process that announces the expiry of certificates and is killed on the way. */
export interface Task {
  readonly killed: KillPoint;
  readonly databaseUrl: string;
  readonly smsUrl: string;
  /** Time of its clock, ISO 8601. */
  readonly at: string;
}

/** The points at which a worker is killed, in the order in which the test does so. */
export const killPoints = [
  'before a page is committed',
  'after a page was committed',
  'while messages are sent',
] as const;
export type KillPoint = (typeof killPoints)[number];

/** Messages that the provider has taken when the process is killed, of more that are on their way. */
const takenBeforeKill = 150;

process.once('message', (task: Task) => void attempt(task));

async function attempt({ killed, databaseUrl, smsUrl, at }: Task): Promise<void> {
  /** Kills this process. Nothing runs after this. */
  const dieAt = async (moment: KillPoint) => {
    if (moment !== killed) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  };
  const provider = createSmsSender({ url: smsUrl, timeoutMs: 30_000 });
  let taken = 0;
  const sms: SmsSender = {
    async send(message) {
      await provider.send(message);
      taken += 1;
      if (taken === takenBeforeKill) await dieAt('while messages are sent');
    },
  };
  const activities = createExpiryActivities({
    db: watchedDatabase(databaseUrl, {
      beforeCommit: (nth) => (nth === 2 ? dieAt('before a page is committed') : undefined),
      afterCommit: () => dieAt('after a page was committed'),
    }),
    clock: () => new Date(at),
    logger: pino({ level: 'silent' }),
    terms: loadTerms(),
    bank: sampleBank,
    sms,
    mail: { send: () => Promise.reject(new Error('no holder has an address')) },
    expiry: {
      days: [7],
      pageUrl: 'https://reissue.bank.example',
      perSecond: 400,
    },
  });
  await announceAll(activities);
  await sendAll(activities);
}
