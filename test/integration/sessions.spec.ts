import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresLeadership } from '#libs/db/leadership';
import { createSession, TransactionPooler, type Session } from '../../libs/db/src/session.js';
import { databaseUrlOf } from '../support/app-environment.js';
import { poolerTo, type Pooler } from '../support/transaction-pooler.js';

const direct = databaseUrlOf('worker');
const poolers = {} as Record<'session' | 'transaction', Pooler>;
const through = (mode: keyof typeof poolers) => poolers[mode].urlOf(direct);

const opened: Session[] = [];
/** Opens a session, which is closed after the test. */
async function open(databaseUrl: string): Promise<Session> {
  const session = createSession({ databaseUrl, applicationName: 'spec' });
  session.on('error', () => undefined);
  opened.push(session);
  await session.open();
  return session;
}

beforeAll(async () => {
  for (const mode of ['session', 'transaction'] as const) poolers[mode] = await poolerTo(direct, mode);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((session) => session.end()));
});
afterAll(() => Promise.all(Object.values(poolers).map((pooler) => pooler.close())));

describe('a session for notifications and locks', () => {
  it('A session with PostgreSQL itself is opened', async () => {
    await expect(open(direct)).resolves.toBeDefined();
  });

  it('A session through a pooler in session mode is opened', async () => {
    await expect(open(through('session'))).resolves.toBeDefined();
  });

  it('A session through a pooler in transaction mode is refused with the remedy', async () => {
    const refused = open(through('transaction'));
    await expect(refused).rejects.toBeInstanceOf(TransactionPooler);
    await expect(refused).rejects.toThrow(/set RESEAL_DATABASE_DIRECT_URL/);
  });

  it('No process leads through a pooler in transaction mode', async () => {
    const leadership = new PostgresLeadership({ databaseUrl: through('transaction'), name: 'spec-pooled' });
    await expect(leadership.tryToLead(() => undefined)).rejects.toBeInstanceOf(TransactionPooler);
    await leadership.close();
  });
});
