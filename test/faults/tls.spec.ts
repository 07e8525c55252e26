import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { kafkaConfig, loadConfig } from '#libs/config';
import { createDatabase } from '#libs/db';
import { kafkaCredentialsOf, KafkaPublisher } from '#libs/events';
import { createLogger } from '#libs/observability';
import { sql } from 'kysely';
import { z } from 'zod';
import { AppCopy, type App } from '../support/app-copies.js';
import { databaseUrlOf, environmentOf, metricsUrlOf } from '../support/app-environment.js';
import { continueReissue, ordinaryPath } from '../support/crowd.js';
import { connectToStack, type RunningStack } from '../support/running-stack.js';
import { setupProcess } from '../support/setup-command.js';
import { TlsStack } from '../support/tls-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(1_000_000);
/** A credential is noticed within seconds; a busy machine needs longer. */
const noticed = { timeoutMs: 120_000, pauseMs: 250 };

let tls: TlsStack;
let stack: RunningStack;
beforeAll(async () => {
  tls = await TlsStack.start();
  stack = connectToStack();
});
afterAll(async () => {
  await stack?.close();
  await tls?.stop();
});

/** A whole reissue of a new customer. */
async function reissue(): Promise<string> {
  const customer = await stack.newCustomer();
  await continueReissue(customer, ordinaryPath.length);
  return customer.reissueId;
}
/** Waits until all events of a reissue were published. */
const untilPublished = (reissueId: string) =>
  until(
    'the events',
    async () => {
      const rows = await stack.db
        .selectFrom('event')
        .select('published_at')
        .where('stream', '=', reissueId)
        .execute();
      return rows.length > 0 && rows.every(({ published_at }) => published_at !== null);
    },
    noticed,
  );
const metricsOf = async (app: App) => (await fetch(`${metricsUrlOf(app)}/metrics`)).text();
/** Waits until a metric of an app has a value. */
const untilMetric = (app: App, pattern: RegExp) =>
  until(String(pattern), async () => pattern.test(await metricsOf(app)), noticed);
const replaceFile = (path: string, content: string) => {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

describe('a stack with TLS', () => {
  it('Setup finds the stack as it has made it', async () => {
    const run = await setupProcess(['all', '--temporal', '--sandbox'], environmentOf('setup'));
    expect(run).toMatchObject({ code: 0, errors: '' });
    expect(run.lines).toEqual([
      ...['keys', 'database', 'temporal', 'kafka'].map((name) => `${name}: nothing to do`),
      expect.stringMatching(/^ca: certificate authority kept in /),
    ]);
  });

  it('A reissue is registered, and its messages and events arrive', async () => {
    const customer = await stack.newCustomer();
    await continueReissue(customer, ordinaryPath.length);
    await untilPublished(customer.reissueId);
    const { email } = customer.person;
    await until('the mail', async () => (await stack.sandbox.inbox(email)).length >= 1, noticed);
    expect(environmentOf('worker').RESEAL_SMS_URL).toMatch(/^https:/);
  });

  it('A provider admits no caller without certificate', async () => {
    const { RESEAL_SMS_URL: url = '', RESEAL_SMS_CA_FILE: ca = '' } = environmentOf('worker');
    const anonymous = new Promise((resolve, reject) => {
      request(url, { method: 'POST', ca: readFileSync(ca) }, resolve)
        .on('error', reject)
        .end();
    });
    await expect(anonymous).rejects.toThrow();
  });
});

describe('a credential that is not right', () => {
  /** Starts a copy of an app with other settings, and ends it. @returns the line that it logs */
  async function start(app: App, changes: Readonly<Record<string, string>>, line: RegExp): Promise<string> {
    const log = join(tls.state, 'logs', `${app}-copy.log`);
    writeFileSync(log, '');
    const copy = await AppCopy.start(app, changes);
    try {
      return await until(
        `${app} to report ${line}`,
        async () => {
          await copy.readiness().catch(() => undefined); // logs why it is not ready
          return readFileSync(log, 'utf8')
            .split('\n')
            .find((each) => line.test(each));
        },
        noticed,
      );
    } finally {
      await copy.end();
    }
  }

  it('An expired client certificate is refused at start with one line', async () => {
    await tls.renewClient('status', -1);
    const line = /RESEAL_DATABASE_CERTIFICATE_FILE: .*status\.pem holds a certificate that expired at /;
    expect(await start('status', {}, line)).toMatch(line);
    await tls.renewClient('status');
  });

  it('A wrong CA of PostgreSQL is logged with the reason', async () => {
    const ca = await tls.strangeCa();
    await start('gateway', { RESEAL_DATABASE_CA_FILE: ca }, /"check":"postgres".*(certificate|issuer)/);
  });

  it('A wrong CA of Temporal is logged with the reason', async () => {
    const ca = await tls.strangeCa();
    const line = /certificate.*worker cannot start yet|worker cannot start yet.*certificate/i;
    await start('signer', { RESEAL_TEMPORAL_CA_FILE: ca }, line);
  });

  it('A wrong password is logged with the reason', async () => {
    const wrong = join(tls.state, 'wrong-password');
    writeFileSync(wrong, 'wrong');
    await start(
      'gateway',
      { RESEAL_DATABASE_PASSWORD_FILE: wrong },
      /password authentication failed for user \\?"reseal_gateway/,
    );
    const config = loadConfig(z.object(kafkaConfig), environmentOf('worker'));
    const publisher = new KafkaPublisher({
      brokers: config.kafkaBrokers,
      credentials: kafkaCredentialsOf({ ...config, kafkaPasswordFile: wrong }),
      ...{
        clientId: 'spec',
        topics: ['reseal.audit'],
        logger: createLogger({ name: 'spec', level: 'silent' }),
      },
    });
    await expect(publisher.publish([])).rejects.toThrow(/SCRAM.*authentication failed/i);
  });
});

describe('a credential that is renewed', () => {
  it('Renewed certificates of worker and gateway are used without a restart', async () => {
    for (const app of ['worker', 'gateway'] as const) await tls.renewClient(app);
    for (const app of ['worker', 'gateway'] as const)
      await untilMetric(
        app,
        /reseal_credential_reloads_total\{credential="temporal",result="success"[^}]*\} 1/,
      );
    await until('the worker to connect again', () =>
      tls.read('logs/worker.log').includes('replaced by one with the renewed certificates'),
    );
    await reissue();
  });

  it('A renewed password is used by the next connections to PostgreSQL', async () => {
    const { RESEAL_DATABASE_PASSWORD_FILE: file = '' } = environmentOf('gateway');
    const admin = createDatabase({ url: databaseUrlOf('admin'), applicationName: 'spec', max: 1 });
    await sql`alter role reseal_gateway password 'renewed-password'`.execute(admin);
    replaceFile(file, 'renewed-password');
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reseal_gateway'`.execute(
      admin,
    );
    await admin.destroy();
    await until(
      'the gateway to be ready',
      async () => (await fetch(`${metricsUrlOf('gateway')}/health/ready`)).ok,
      noticed,
    );
    await reissue();
  });

  it('A file that is not usable is reported, and the former certificate stays in use until it is mended', async () => {
    const { RESEAL_KAFKA_CERTIFICATE_FILE: file = '' } = environmentOf('worker');
    const good = readFileSync(file, 'utf8');
    replaceFile(file, 'cut off');
    await untilMetric('worker', /reseal_credential_stale\{credential="kafka"[^}]*\} 1/);
    expect(tls.read('logs/worker.log')).toContain('worker.pem holds no certificate in PEM');
    await untilPublished(await reissue());
    replaceFile(file, good);
    await untilMetric('worker', /reseal_credential_stale\{credential="kafka"[^}]*\} 0/);
  });
});
