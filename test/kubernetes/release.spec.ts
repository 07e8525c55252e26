import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDatabase } from '#libs/db';
import { sql } from 'kysely';
import { databaseUrlOf, environmentOf, stateFolder } from '../support/app-environment.js';
import { publishedStatus } from '../support/certificate-status.js';
import { setupProcess } from '../support/setup-command.js';
import { until } from '../support/until.js';
import {
  apply,
  evaluateIn,
  helmTest,
  killProcess,
  kubectl,
  podsOf,
  restartsOf,
  rollback,
  untilAllReady,
  upgrade,
} from './support/cluster.js';
import { Customers, reissueOnce } from './support/customers.js';

jest.setTimeout(900_000);

const operator: Readonly<Record<string, string>> = {
  ...environmentOf('setup'),
  RESEAL_STATUS_URL: 'http://reseal-status',
};

/** Runs `npm run setup` as the operator who has the keys. */
async function setup(...args: string[]): Promise<string> {
  const { code, lines, errors } = await setupProcess(args, operator);
  if (code !== 0) throw new Error(errors);
  return lines.join('\n');
}

const applySecrets = async () => apply(JSON.parse(await setup('secrets', '--sandbox')) as object);

/** The first steps of docs/cluster.md. */
beforeAll(async () => {
  await kubectl('create', 'namespace', 'reseal');
  await kubectl('label', 'namespace', 'reseal', 'pod-security.kubernetes.io/enforce=restricted');
  await setup('keys', 'database', 'ca', '--sandbox');
  await applySecrets();
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'reseal-administrator' },
    stringData: { 'admin-database-url': operator.RESEAL_ADMIN_DATABASE_URL },
  });
  await upgrade();
}, 900_000);

afterEach(untilAllReady);

it('The setup hook prepares the engines before the apps start', async () => {
  const log = await kubectl('logs', 'job/reseal-setup');
  expect(log).toMatch(/register the namespace bank/);
  expect(log).toMatch(/database: nothing to do/);
});

it('One reissue succeeds within the cluster, by helm test', async () => {
  expect(await helmTest()).toMatch(/Registered +REGISTERED/);
});

describe('keys in Secrets', () => {
  it.each([
    ['signer', '/etc/reseal/ca'],
    ['status', '/etc/reseal/ocsp'],
  ])('%s reads files that root owns, by links, and can change none', async (app, folder) => {
    const script = `
      const fs = require('fs'), path = require('path');
      const names = fs.readdirSync('${folder}').filter((name) => !name.startsWith('..'));
      const files = names.map((name) => {
        const file = path.join('${folder}', name);
        const { uid, gid, mode } = fs.statSync(file);
        return [fs.lstatSync(file).isSymbolicLink(), uid, gid, (mode & 0o777).toString(8)].join(' ');
      });
      let refusal = 'none';
      try { fs.writeFileSync('${folder}/added', ''); } catch (error) { refusal = error.code; }
      console.log(JSON.stringify({ files: [...new Set(files)], refusal }));`;
    const [printed] = await evaluateIn(app, script);
    expect(JSON.parse(printed!)).toEqual({
      files: ['true 0 65532 440'],
      refusal: 'EROFS',
    });
  });

  it('The certificate that the signer made is good by the status app', async () => {
    expect(await publishedStatus(await reissueOnce())).toEqual({ ocsp: 'good', listed: false });
  });

  it('A new password of a database role is used without a restart', async () => {
    const before = await podsOf();
    const file = join(stateFolder(), 'secrets/database/reseal_gateway');
    writeFileSync(file, 'a-new-password-of-the-gateway', { mode: 0o600 });
    await setup('database', '--sandbox');
    await applySecrets();
    const read =
      "process.stdout.write(require('fs').readFileSync(process.env.RESEAL_DATABASE_PASSWORD_FILE, 'utf8'))";
    const reached = async () =>
      (await evaluateIn('gateway', read)).every((password) => password.startsWith('a-new-password'));
    await until('the Secret to reach all pods', reached, { timeoutMs: 240_000, pauseMs: 2_000 });
    await endConnectionsOf('reseal_gateway');
    await reissueOnce();
    const after = await podsOf();
    expect(after.map(restartsOf)).toEqual(before.map(restartsOf));
    expect(after.map(({ metadata }) => metadata.name).sort()).toEqual(
      before.map(({ metadata }) => metadata.name).sort(),
    );
  });
});

describe('while customers reissue certificates', () => {
  let customers: Customers;
  beforeEach(() => {
    customers = new Customers(2);
  });
  afterEach(() => customers.end());

  it('a new release replaces all pods without a failed call', async () => {
    const before = await podsOf();
    await customers.untilRegistered(1);
    await upgrade({ 'image.tag': 'next' });
    await customers.untilRegistered(2);
    await customers.end();
    const kept = await podsOf();
    expect(kept.filter(({ metadata }) => before.some((pod) => pod.metadata.name === metadata.name))).toEqual(
      [],
    );
    expect(customers).toMatchObject({ failedCalls: [], failedReissues: [] });
  });

  it('a release whose gateway does not start changes nothing for them, and is rolled back', async () => {
    const serving = (await podsOf('gateway')).map(({ metadata }) => metadata.name);
    const broken = upgrade({ 'image.tag': 'broken' }, '2m');
    await expect(broken).rejects.toThrow(/reseal-gateway/);
    const crashing = (await podsOf('gateway')).filter(({ metadata }) => !serving.includes(metadata.name));
    expect(crashing.length).toBe(1);
    expect(await kubectl('logs', crashing[0]!.metadata.name, '--previous')).toMatch(/This release is broken/);
    await rollback();
    await customers.untilRegistered(2);
    await customers.end();
    expect((await podsOf('gateway')).map(({ metadata }) => metadata.name)).toEqual(serving);
    expect(customers).toMatchObject({ failedCalls: [], failedReissues: [] });
  });

  it('killed processes and deleted pods of every app return, and every reissue reaches its end', async () => {
    await customers.untilRegistered(1);
    for (const app of ['gateway', 'worker', 'signer', 'status', 'ops', 'sandbox']) {
      const [victim] = await podsOf(app);
      await killProcess(victim!);
      await until(`${app} to be restarted`, async () =>
        (await podsOf(app)).some(
          (pod) => pod.metadata.name === victim!.metadata.name && restartsOf(pod) > restartsOf(victim!),
        ),
      );
      await untilAllReady();
    }
    const [gateway] = await podsOf('gateway');
    const [worker] = await podsOf('worker');
    await kubectl(
      'delete',
      'pod',
      gateway!.metadata.name,
      worker!.metadata.name,
      '--grace-period=0',
      '--force',
    );
    await untilAllReady();
    await customers.untilRegistered(2);
    await customers.end();
    expect(customers.failedReissues).toEqual([]);
  });
});

/** Ends all connections of a role, so that the next ones sign in. */
async function endConnectionsOf(role: string): Promise<void> {
  const admin = createDatabase({ url: databaseUrlOf('admin'), applicationName: 'tests', max: 1 });
  try {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`.execute(admin);
  } finally {
    await admin.destroy();
  }
}
