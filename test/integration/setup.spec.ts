import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDatabase } from '#libs/db';
import { createKafka, planTopics } from '#libs/events';
import { connectTemporalClient } from '#libs/temporal';
import { runPlan } from '../../apps/setup/src/steps.js';
import { environmentOf } from '../support/app-environment.js';
import { startOwnPostgres } from '../support/own-postgres.js';
import { setup, setupProcess } from '../support/setup-command.js';
import { asSpec } from '../world/test-database.js';

jest.setTimeout(300_000);
const { RESEAL_KAFKA_BROKERS: brokers = '', RESEAL_TEMPORAL_ADDRESS: address = '' } = environmentOf('setup');
const newNamespace = () => `setup-${randomBytes(6).toString('hex')}`;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'reseal-setup-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const namespaces: string[] = [];
afterAll(async () => {
  for (const namespace of namespaces) {
    const temporal = connectTemporalClient({ address, namespace, dataConverter: {} });
    const { operatorService } = temporal.client.connection as never as {
      operatorService: { deleteNamespace(request: object): Promise<unknown> };
    };
    await operatorService.deleteNamespace({ namespace });
    await temporal.close();
  }
});

describe('setup keys', () => {
  const secrets = () => join(folder, 'secrets');
  const keys = (...args: string[]) => setup(['keys', ...args], { RESEAL_SECRETS_DIRECTORY: secrets() });
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(secrets(), { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(secrets(), name)).isFile())
        .map((name) => [name, readFileSync(join(secrets(), name), 'utf8')]),
    );

  it('A folder in which keys cannot be written is named on one line', async () => {
    writeFileSync(secrets(), 'a file');
    const { code, errors } = await keys();
    expect(code).toBe(1);
    expect(errors).toMatch(/^Files: make \S+codec-keys\.json: E\w+: .+\n$/);
  });

  it('The first keys are made once, and only their owner can read them', async () => {
    const planned = await keys('--dry-run');
    expect(planned).toMatchObject({ code: 0, errors: '' });
    expect(readdirSync(folder)).toEqual([]);
    const done = await keys();
    expect(done.lines).toEqual(planned.lines.map((line) => line.replace('would ', '')));
    const made = contents();
    expect(done.lines.toSorted()).toEqual(
      Object.keys(made)
        .map((name) => `keys: make ${join(secrets(), name)}`)
        .toSorted(),
    );
    for (const name of [...Object.keys(made), '.', 'database'])
      expect(statSync(join(secrets(), name)).mode & 0o077).toBe(0);
    expect((await keys()).lines).toEqual(['keys: nothing to do']);
    expect(contents()).toEqual(made);
    const publicParts = Object.entries(made).filter(([name]) => name.includes('public'));
    expect(publicParts).toHaveLength(3);
    for (const [, content] of publicParts) expect(content).not.toContain('"d"');
  });

  it('Files that are missing are made again, and all others stay', async () => {
    await keys();
    const before = contents();
    const removed = ['id-key', 'vault-public-keys.json'];
    for (const name of removed) rmSync(join(secrets(), name));
    expect((await keys()).lines).toEqual(removed.map((name) => `keys: make ${join(secrets(), name)}`));
    const after = contents();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(['id-key']);
  });
});

describe('setup secrets', () => {
  interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly data: Readonly<Record<string, string>>;
  }

  it('Each app has a Secret with its own keys, and none has those of the root', async () => {
    const ca = join(folder, 'ca');
    mkdirSync(ca);
    writeFileSync(join(ca, 'issuing-1.crt'), 'certificate');
    const env = { RESEAL_SECRETS_DIRECTORY: join(folder, 'secrets'), RESEAL_CA_DIRECTORY: ca };
    await setup(['keys'], env);
    const { code, lines, errors } = await setup(['secrets'], env);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const { items } = JSON.parse(lines.join('\n')) as { items: readonly Manifest[] };
    const dataOf = (name: string) => items.find(({ metadata }) => metadata.name === name)?.data ?? {};
    expect(Object.keys(dataOf('reseal-gateway')).toSorted()).toEqual([
      'codec-keys',
      'database-password',
      'id-key',
      'receipt-public-keys',
      'token-key',
      'vault-public-keys',
    ]);
    const decoded = (text = '') => Buffer.from(text, 'base64').toString();
    const made = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8');
    expect(decoded(dataOf('reseal-gateway')['database-password'])).toBe(made('database/reseal_gateway'));
    expect(decoded(dataOf('reseal-worker')['vault-keys'])).toBe(made('vault-keys.json'));
    expect(decoded(dataOf('reseal-ca')['issuing-1.crt'])).toBe('certificate');
    expect(items.map(({ metadata }) => metadata.name)).not.toContain('reseal-ocsp');
    const all = items.flatMap(({ data }) => Object.values(data)).map(decoded);
    expect(all).not.toContain(made('ca-root-passphrase'));
  });

  it('The sandbox has a Secret only if it is asked for', async () => {
    const env = { RESEAL_SECRETS_DIRECTORY: join(folder, 'secrets') };
    await setup(['keys'], env);
    const namesBy = async (...flags: string[]) => {
      const { lines } = await setup(['secrets', ...flags], env);
      const { items } = JSON.parse(lines.join('\n')) as { items: readonly Manifest[] };
      return items.map(({ metadata }) => metadata.name);
    };
    expect(await namesBy()).not.toContain('reseal-sandbox');
    expect(await namesBy('--sandbox')).toContain('reseal-sandbox');
  });
});

describe('setup temporal', () => {
  it('Namespace, search attributes and schedules are made once, and a changed retention is set', async () => {
    const namespace = newNamespace();
    const environment = { RESEAL_TEMPORAL_ADDRESS: address, RESEAL_TEMPORAL_NAMESPACE: namespace };
    const planned = await setup(['temporal', '--dry-run'], environment);
    expect(planned).toMatchObject({
      code: 0,
      lines: [
        `temporal: would register the namespace ${namespace}, with histories kept for 3 days`,
        'temporal: would add the search attributes ReissueParked, CustomerRef',
        'temporal: would write the schedules reconcile, publish-crl, archive, retention, release-holds, announce-expiry',
      ],
    });
    expect((await setup(['temporal', '--dry-run'], environment)).lines).toEqual(planned.lines);
    namespaces.push(namespace);
    const done = await setup(['temporal'], environment);
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(done.lines).toEqual(planned.lines.map((line) => line.replace('would ', '')));
    expect((await setup(['temporal'], environment)).lines).toEqual(['temporal: nothing to do']);
    const longer = { ...environment, RESEAL_TEMPORAL_RETENTION_DAYS: '5' };
    expect((await setup(['temporal'], longer)).lines).toEqual([
      `temporal: keep histories of the namespace ${namespace} for 5 days`,
    ]);
    for (const env of [longer, environment])
      expect((await setup(['temporal'], env)).lines).toEqual(['temporal: nothing to do']);
  });

  it('Without a server it ends with one clear line', async () => {
    const run = await setup(['temporal'], { RESEAL_TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(run).toMatchObject({ code: 1, lines: [], errors: expect.stringMatching(/^Temporal: [^\n]*\n$/) });
  });
});

describe('setup kafka', () => {
  const admin = createKafka({ brokers: brokers.split(',') }, { clientId: 'spec' }).admin();
  const topic = `setup.${randomBytes(6).toString('hex')}`;
  afterAll(async () => {
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });
  async function run(partitions: number, dryRun: boolean, retentionDays?: number): Promise<string[]> {
    const lines: string[] = [];
    const layout = { partitions, replicas: 0, retentionDays };
    const plan = await planTopics({ brokers: brokers.split(',') }, layout, { own: [topic] });
    await runPlan('kafka', plan, { dryRun, print: (line) => lines.push(line) });
    return lines;
  }

  it('A topic is created once, and its partitions are not changed', async () => {
    const create = `create the topic ${topic} with 3 partitions`;
    for (let run_ = 0; run_ < 2; run_++) expect(await run(3, true)).toEqual([`kafka: would ${create}`]);
    expect(await run(3, false)).toEqual([`kafka: ${create}`]);
    expect(await run(3, false)).toEqual(['kafka: nothing to do']);
    expect(await run(6, false)).toEqual([
      `kafka: the topic ${topic} has 3 partitions, not 6, and keeps them: events of one key would be in two partitions`,
      'kafka: nothing to do',
    ]);
  });

  it("The bank's own topic is created if it does not exist, and never changed", async () => {
    const bank = `bank.${topic}`;
    const planned = async (partitions: number) => {
      const layout = { partitions, replicas: 0, retentionDays: partitions };
      const plan = await planTopics({ brokers: brokers.split(',') }, layout, {
        own: [],
        onlyCreated: [bank],
      });
      const lines: string[] = [];
      await runPlan('kafka', plan, { dryRun: false, print: (line) => lines.push(line) });
      return lines;
    };
    try {
      expect(await planned(3)).toEqual([`kafka: create the topic ${bank} with 3 partitions`]);
      expect(await planned(6)).toEqual(['kafka: nothing to do']);
    } finally {
      await admin.connect();
      await admin.deleteTopics({ topics: [bank] });
    }
  });

  it('A new topic keeps events for 30 days, is not compacted, and keeps them otherwise only if that is configured', async () => {
    await run(3, false);
    const day = 24 * 3_600_000;
    const settingsOf = async () => {
      await admin.connect();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: topic, configNames: ['retention.ms', 'cleanup.policy'] }],
      });
      const entries = resources[0]!.configEntries;
      return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
    };
    expect(await settingsOf()).toEqual({ 'retention.ms': String(30 * day), 'cleanup.policy': 'delete' });
    const set = `set retention.ms=${90 * day} on the topic ${topic}`;
    expect(await run(3, true, 90)).toEqual([`kafka: would ${set}`]);
    expect(await run(3, false, 90)).toEqual([`kafka: ${set}`]);
    expect(await run(3, false)).toEqual(['kafka: nothing to do']);
    expect(await settingsOf()).toEqual({ 'retention.ms': String(90 * day), 'cleanup.policy': 'delete' });
  });

  it.each(['0', '-1', '1.5', 'forever', '3651'])('A retention of %s days is refused', async (days) => {
    const environment = { RESEAL_KAFKA_BROKERS: brokers, RESEAL_KAFKA_RETENTION_DAYS: days };
    expect(await setup(['kafka'], environment)).toMatchObject({
      code: 78,
      errors: expect.stringContaining('RESEAL_KAFKA_RETENTION_DAYS'),
    });
  });

  it('The retention of checkpoints is corrected, and other settings of the topic stay', async () => {
    const name = 'reseal.audit';
    const topicType = 2 as never; // kafkajs does not export its enum to ES modules
    const set = (settings: Record<string, string>) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: topicType,
            name,
            configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
          },
        ],
      });
    await admin.connect();
    try {
      await set({ 'retention.ms': '604800000', 'max.message.bytes': '1000000' });
      const environment = { RESEAL_KAFKA_BROKERS: brokers };
      expect((await setup(['kafka'], environment)).lines).toEqual([
        'kafka: set retention.ms=-1 on the topic reseal.audit',
      ]);
      expect((await setup(['kafka'], environment)).lines).toEqual(['kafka: nothing to do']);
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: topicType, name, configNames: ['retention.ms', 'max.message.bytes'] }],
      });
      expect(
        resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
      ).toEqual(
        expect.arrayContaining([
          ['retention.ms', '-1'],
          ['max.message.bytes', '1000000'],
        ]),
      );
    } finally {
      await set({ 'retention.ms': '-1' });
      await admin.disconnect();
    }
  });

  it('Without a broker it ends with one clear line', async () => {
    const run = await setup(['kafka'], { RESEAL_KAFKA_BROKERS: '127.0.0.1:1' });
    expect(run).toMatchObject({ code: 1, lines: [], errors: expect.stringMatching(/^Kafka: [^\n]*\n$/) });
  });
});

describe('setup all', () => {
  it('A new PostgreSQL, a new namespace and a CA are set up, and a second run changes nothing', async () => {
    const postgres = await startOwnPostgres();
    const secrets = join(folder, 'secrets');
    const namespace = newNamespace();
    try {
      await setup(['keys'], { RESEAL_SECRETS_DIRECTORY: secrets });
      const owner = new URL(postgres.url);
      Object.assign(owner, { username: 'reseal_owner', password: '', pathname: '/reseal' });
      const env = {
        RESEAL_SECRETS_DIRECTORY: secrets,
        RESEAL_ADMIN_DATABASE_URL: postgres.url,
        RESEAL_DATABASE_URL: owner.href,
        RESEAL_DATABASE_PASSWORD_FILE: join(secrets, 'database/reseal_owner'),
        RESEAL_TEMPORAL_ADDRESS: address,
        RESEAL_TEMPORAL_NAMESPACE: namespace,
        RESEAL_KAFKA_BROKERS: brokers,
        RESEAL_CA_DIRECTORY: join(folder, 'ca'),
        RESEAL_CA_PASSPHRASE_FILE: join(secrets, 'ca-passphrase'),
        RESEAL_CA_ROOT_DIRECTORY: join(folder, 'ca-root'),
        RESEAL_CA_ROOT_PASSPHRASE_FILE: join(secrets, 'ca-root-passphrase'),
        RESEAL_OCSP_DIRECTORY: join(folder, 'ocsp'),
        RESEAL_OCSP_PASSPHRASE_FILE: join(secrets, 'ocsp-passphrase'),
      };
      expect(await setupProcess(['ca', '--dry-run'], env)).toMatchObject({
        code: 0,
        lines: [`ca: would create the certificate authority in ${folder}/ca`],
      });
      namespaces.push(namespace);
      const first = await setupProcess(['all', '--as', 'kim'], env);
      expect(first).toMatchObject({ code: 0, errors: '' });
      const commands = first.lines.map((line) => line.split(':')[0]);
      expect(Array.from(new Set(commands))).toEqual(['keys', 'database', 'temporal', 'kafka', 'ca']);
      expect(first.lines).toContain(`ca: certificate authority created in ${folder}/ca`);
      const nothing = ['keys', 'database', 'temporal', 'kafka'].map((name) => `${name}: nothing to do`);
      for (const [args, last] of [
        [['all', '--dry-run'], expect.stringMatching(/^ca: would keep the certificate authority in /)],
        [['all', '--as', 'kim'], `ca: certificate authority kept in ${folder}/ca`],
      ] as const)
        expect(await setupProcess(args, env)).toMatchObject({
          code: 0,
          errors: '',
          lines: [...nothing, last],
        });

      owner.password = readFileSync(env.RESEAL_DATABASE_PASSWORD_FILE, 'utf8');
      const db = createDatabase({ url: owner.href, ...asSpec });
      const entries = await db
        .selectFrom('authority_entry')
        .select(['actor', 'action', 'recorded_by'])
        .distinct()
        .execute();
      await db.destroy();
      expect(entries).toEqual([{ actor: 'operator:kim', action: 'ca.init', recorded_by: 'reseal_signer' }]);
    } finally {
      await postgres.stop();
    }
  });
});

describe('setup', () => {
  it.each([
    ['an unknown command', ['keys', 'everything'], 2, /Unknown command "everything"/],
    ['an unknown option', ['keys', '--yes'], 2, /--yes/],
    ['no configuration', ['database'], 78, /RESEAL_DATABASE_URL is missing/],
    ['no configuration of the CA', ['ca'], 78, /RESEAL_DATABASE_URL is missing/],
  ])('With %s it says what is wrong', async (_what, args, code, message) => {
    expect(await setup(args, {})).toMatchObject({ code, lines: [], errors: expect.stringMatching(message) });
  });
});
