import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { outboxLag } from '#libs/db/events';
import { pendingRestore } from '#libs/db/restores';
import { readPublished } from '#libs/events';
import { sql } from 'kysely';
import { environmentOf, metricsUrlOf } from '../support/app-environment.js';
import { continueReissue } from '../support/crowd.js';
import type { Customer } from '../support/customer.js';
import { asAdmin, copyDatabase, replaceDatabase } from '../support/database-copies.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess, send } from '../support/http.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl, type Component } from '../support/stack-control.js';
import { until } from '../support/until.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();
afterAll(async () => {
  await control.restore(stack);
  await stack.close();
});

const apps: readonly Component[] = ['gateway', 'ops', 'worker', 'signer', 'status'];

/** Runs a job of `setup` as an engineer does. @returns its output */
async function setup(...args: string[]): Promise<string> {
  const script = join(projectRoot(), 'dist/apps/setup/src/main.js');
  const job = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...environmentOf('setup'), NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  job.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(job, 'exit')) as [number | null];
  expect(code).toBe(0);
  return printed;
}

const readinessOf = async (app: 'gateway' | 'worker' | 'signer') => {
  const answer = await send<{ checks?: Record<string, { reason?: string }> }>(
    { method: 'GET', url: `${metricsUrlOf(app)}/health/ready` },
    { patienceMs: 0 },
  ).catch(() => undefined);
  return answer?.body.checks?.['restore']?.reason;
};

const publishedEvents = () => {
  const { RESEAL_KAFKA_BROKERS: brokers = '' } = environmentOf('worker');
  const topics = ['reseal.reissue', 'reseal.certificate', 'reseal.audit'];
  return readPublished({ brokers: brokers.split(','), topics, source: '/reseal' });
};

const inForce = async ({ reissueId }: Customer) => {
  const certificates = stack.db.selectFrom('certificate').select(['serial', 'revoked_at']);
  return (await certificates.where('reissue_id', '=', reissueId).execute())
    .filter(({ revoked_at }) => revoked_at === null)
    .map(({ serial }) => serial);
};

describe("Reseal's database, restored from a backup older than everything else", () => {
  it('A database restored from an older backup is found, holds every change, and is reconciled without a second certificate', async () => {
    const [fromBackup, since, issued] = await Promise.all([
      stack.newCustomer(),
      stack.newCustomer(),
      stack.newCustomer(),
    ]);
    await continueReissue(fromBackup, 4);
    for (const app of apps) await control.stop(app);
    await copyDatabase('reseal', 'reseal_backup');
    try {
      for (const app of [...apps].reverse()) await control.start(app);
      await continueReissue(fromBackup, 6);
      const idempotencyKey = newIdempotencyKey();
      expectSuccess(await since.start({}, { idempotencyKey }));
      await continueReissue(since, 6);
      await continueReissue(issued, 5);
      await until('all events to be published', async () => (await outboxLag(stack.db)).waiting === 0);

      for (const app of apps) await control.stop(app);
      await replaceDatabase('reseal', 'reseal_backup');
      await until('the restored database', () => sql`select 1`.execute(stack.db).then(() => true));
      const starts = [...apps].reverse().map((app) => control.start(app));
      starts.forEach((start) => void start.catch(() => undefined));
      for (const app of ['signer', 'worker', 'gateway'] as const)
        await until(`${app} to say why it is not ready`, () => readinessOf(app), { timeoutMs: 60_000 });
      expect((await since.start({}, { idempotencyKey, patienceMs: 0 })).status).toBe(503);

      expect(await setup('after-restore')).toContain('Nothing was changed');
      await setup('after-restore', '--confirm', '--as', 'spec');
      await Promise.all(starts);

      for (const customer of [fromBackup, since]) {
        const serial = customer.reissue!.certificate!.serial;
        expect(expectSuccess(await customer.fetchReissue())).toMatchObject({
          state: 'REGISTERED',
          certificate: { serial },
        });
        expect(await inForce(customer)).toEqual([serial]);
      }
      const repeated = await since.start({}, { idempotencyKey });
      expect(repeated.status).toBe(201);
      expect(repeated.body.reissue).toMatchObject({ id: since.reissueId, state: 'REGISTERED' });
      expect(expectSuccess(await issued.fetchReissue()).state).toBe('WITHDRAWN');
      expect(await inForce(issued)).toEqual([]);
      await until('the customer to be notified of the withdrawal', async () =>
        (await stack.sandbox.inbox(issued.person.mobile)).some(({ id }) => id.includes('.WITHDRAWN')),
      );

      const newcomer = await stack.newCustomer();
      await newcomer.completeReissue();
      await until('all events to be published', async () => (await outboxLag(stack.db)).waiting === 0);
      const contents = new Map<string, string>();
      for (const { stream, sequence, type, occurredAt } of await publishedEvents()) {
        const content = `${type} ${occurredAt.toISOString()}`;
        expect(`${stream}/${sequence} ${contents.get(`${stream}/${sequence}`) ?? content}`).toBe(
          `${stream}/${sequence} ${content}`,
        );
        contents.set(`${stream}/${sequence}`, content);
      }
    } finally {
      // Leaves a working stack for the next tests, even after a failure.
      if (await pendingRestore(stack.db)) await setup('after-restore', '--confirm', '--as', 'spec');
      await asAdmin('drop database if exists reseal_backup with (force)');
    }
  });
});
