import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type pg from 'pg';
import { sql } from 'kysely';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { stateFolder } from '../support/app-environment.js';
import { rememberedSecrets, type Canary } from '../support/canaries.js';
import { CanaryScanner, formsOf } from '../support/canary-scanner.js';
import type { Customer } from '../support/customer.js';
import { continueReissue, ordinaryPath } from '../support/crowd.js';
import { expectSuccess } from '../support/http.js';
import { documentAnswer } from '../support/identity-answers.js';
import { openStoredPhoto } from '../support/stored-photo.js';
import { stackSecrets, personalDataOf, secretsOf } from '../support/known-secrets.js';
import { connectToStack } from '../support/running-stack.js';
import type { Person } from '../support/sandbox.js';
import { connectAsAdmin, scanDatabase, scanFolder, type Finding } from '../support/stores.js';
import { TemporalHistories } from '../support/temporal.js';
import { until } from '../support/until.js';
import { checkVid } from '../support/vid-check.js';
import { untilWorkflowCompleted } from '../support/workflows.js';

jest.setTimeout(120_000);
const stack = connectToStack();
afterAll(() => stack.close());

/** All stores except the sandbox, which stores its own secrets, and the key files of the vault and the CA. */
const databases = ['reseal', 'temporal', 'temporal_visibility'] as const;
const folders = { Kafka: 'kafka/data', logs: 'logs' } as const;
type Store = (typeof databases)[number] | keyof typeof folders;
const stores: readonly Store[] = [...databases, 'Kafka', 'logs'];

async function scan(store: Store, scanner: CanaryScanner): Promise<Finding[]> {
  if (store === 'Kafka' || store === 'logs') return scanFolder(join(stateFolder(), folders[store]), scanner);
  const client = await connectAsAdmin(store);
  try {
    return await scanDatabase(client, scanner);
  } finally {
    await client.end();
  }
}
/** Kinds of secrets that must be recorded, because a search for nothing would always pass. */
const recordedKinds = [
  ...['password', 'vid-random', 'rrn', 'private key', 'device', 'licence number', 'document'],
  ...['vault-keys.json', 'codec-keys.json', 'registry-keys.json', 'audit-keys.json', 'pseudonym-key'],
  ...['photo marker', 'uploaded photo', 're-encoded photo'],
] as const;
const told = (findings: readonly Finding[]) =>
  [...new Set(findings.map(({ canary, where }) => `${canary.kind} in ${where}`))].sort();
const canary = (kind: string, text: string): Canary => ({ kind, bytes: Buffer.from(text) });

let people: Person[];
let customer: Customer;
let code: string;
beforeAll(async () => {
  customer = await stack.newCustomer();
  await continueReissue(customer, 1);
  code = await stack.sandbox.phoneCode(customer.person);
  await continueReissue(customer, ordinaryPath.length);
  await untilWorkflowCompleted(stack.temporal, customer.reissueId);
  const { certificate } = customer.reissue!;
  const { rrn } = customer.person;
  expectSuccess(await checkVid(stack.gateway, certificate!.serial, rrn, customer.vidRandom!));
  await sendAllSecrets();
  people = await stack.sandbox.people();
});

/** Sends everything else that a customer can be asked for: documents, photos, a new password, a device. */
async function sendAllSecrets(): Promise<void> {
  const several = await stack.sandbox.makePeople(4, 'VALID');
  const driver = several.find(({ document }) => document.type === 'DRIVING_LICENCE');
  const forgetful = await stack.customerFor(driver!);
  forgetful.deviceId = `device-${randomUUID()}`;
  const methods = ['PHONE_CODE', 'ID_DOCUMENT'] as const;
  expectSuccess(await forgetful.start({ by: 'DOCUMENT', reason: 'PASSWORD_FORGOTTEN', methods }));
  // A photo that no answer names, one with a wrong answer, and the accepted one.
  const { photoId } = expectSuccess(await forgetful.uploadPhoto());
  await openStoredPhoto(stack.db, photoId);
  const wrong = await documentAnswer(forgetful, { issuedOn: '2019-01-02' });
  expectSuccess(await forgetful.verify({ ID_DOCUMENT: wrong }));
  expectSuccess(await forgetful.verify());
  expectSuccess(await forgetful.resetPassword(`Canary-${randomBytes(9).toString('hex')}!`));
  const quitter = await stack.customerFor(several.find((person) => person !== driver)!);
  quitter.deviceId = `device-${randomUUID()}`;
  expectSuccess(await quitter.start({ by: 'RRN', methods: ['ID_DOCUMENT', 'OLD_CERTIFICATE'] }));
  expectSuccess(await quitter.uploadPhoto());
  expectSuccess(await quitter.cancel());
}

describe('the scanner', () => {
  const secret = canary('planted', `secret-${randomBytes(8).toString('hex')}`);
  const scanner = new CanaryScanner([secret, canary('another', 'not-there-at-all')]);

  it('The scanner finds a secret in every form and place', () => {
    for (const form of formsOf(secret.bytes))
      for (const before of ['', 'x', 'xy', 'secret-'])
        expect([...scanner.find(Buffer.from(before + form.toString('latin1') + 'z', 'latin1'))]).toEqual([
          secret,
        ]);
    for (const before of ['', 'a', 'ab', 'abc']) {
      const base64 = Buffer.from(`${before}${secret.bytes.toString()}tail`).toString('base64');
      expect([...scanner.find(Buffer.from(base64))]).toEqual([secret]);
    }
    expect([...scanner.find(Buffer.from('secret-of-another-kind'))]).toEqual([]);
  });

  it('The scanner finds a secret planted in a table, as text and as bytes, and nothing after its removal', async () => {
    const client: pg.Client = await connectAsAdmin('reseal');
    try {
      await client.query('create temp table planted (words text, raw bytea, packed bytea, document jsonb)');
      const words = Buffer.from(`"${secret.bytes.toString()}"`).toString('base64');
      await client.query('insert into planted values ($1, $2, $3, $4)', [
        words,
        secret.bytes,
        gzipSync(secret.bytes),
        { a: [secret.bytes.toString()] },
      ]);
      expect(told(await scanDatabase(client, scanner))).toEqual([
        'planted in planted.document',
        'planted in planted.packed',
        'planted in planted.raw',
        'planted in planted.words',
      ]);
      await client.query('drop table planted');
      expect(await scanDatabase(client, scanner)).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it.each(stores)('The scanner reads %s: it finds a reissue’s id there', async (store) => {
    const id = new CanaryScanner([canary('reissue id', customer.reissueId)]);
    const found = await until('the reissue’s id', async () => {
      const findings = await scan(store, id);
      return findings.length > 0 && findings;
    });
    expect(told(found)[0]).toContain('reissue id');
  });
});

describe('no secret that any test used', () => {
  let scanner: CanaryScanner;
  beforeAll(() => {
    const known = [...secretsOf(people), ...stackSecrets()];
    const remembered = rememberedSecrets();
    const kinds = new Set([...known, ...remembered].map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining([...recordedKinds]));
    console.info(`${known.length + remembered.length} secrets are searched for`);
    scanner = new CanaryScanner([...known, ...remembered]);
  });

  it.each(stores)('No secret that any test used is in %s', async (store) => {
    expect(told(await scan(store, scanner))).toEqual([]);
  });
});

describe('nothing personal', () => {
  let scanner: CanaryScanner;
  beforeAll(() => {
    scanner = new CanaryScanner(personalDataOf(people));
  });

  it.each(['temporal', 'temporal_visibility', 'Kafka', 'logs'] as const)(
    'No personal data is in %s',
    async (store) => {
      expect(told(await scan(store, scanner))).toEqual([]);
    },
  );
});

describe('a one-time code', () => {
  // Other values may contain the same six digits by chance, so the code is searched only in data of its reissue.
  const alone = () => new RegExp(`(?<![0-9A-Za-z])${code}(?![0-9A-Za-z])`);

  it('A one-time code is in none of its reissue’s rows', async () => {
    const tables = await sql<{ name: string; id: string }>`
      select table_name as name, column_name as id from information_schema.columns
      where column_name in ('reissue_id', 'stream') and table_schema = 'public'`.execute(stack.db);
    expect(tables.rows.length).toBeGreaterThan(10);
    for (const { name, id } of tables.rows) {
      const rows = await sql<{ text: string }>`
        select t::text as text from ${sql.table(name)} t where ${sql.ref(id)} = ${customer.reissueId}`.execute(
        stack.db,
      );
      for (const { text } of rows.rows)
        expect({ name, found: alone().test(text) }).toEqual({ name, found: false });
    }
  });

  it('A one-time code is not in its workflow’s history', async () => {
    const histories = await TemporalHistories.connect(stack.addresses.temporal);
    try {
      const json = historyToJSON(await histories.of(customer.reissueId));
      const payloads = [...json.matchAll(/"data": ?"([^"]+)"/g)].map(([, data]) =>
        Buffer.from(data!, 'base64').toString('latin1'),
      );
      expect(payloads.length).toBeGreaterThan(20);
      for (const text of [json, ...payloads]) expect(alone().test(text)).toBe(false);
    } finally {
      await histories.close();
    }
  });

  it.each(['gateway', 'worker', 'signer', 'status', 'ops'])(
    'A one-time code is not in the log of the %s',
    (app) => {
      const log = readFileSync(join(stateFolder(), folders.logs, `${app}.log`), 'utf8');
      expect(log.split('\n').filter((line) => alone().test(line))).toEqual([]);
    },
  );
});
