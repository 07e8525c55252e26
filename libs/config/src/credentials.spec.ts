import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  credentialFolder,
  TestAuthority,
  type TestCertificate,
} from '../../credentials/src/testing/test-authority.js';
import { tlsPathsOf } from './credentials.js';
import { databaseConfig, directDatabaseConfig, temporalServerConfig } from './fragments.js';
import { kafkaConfig } from './kafka-config.js';
import { loadConfig } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'reseal-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = credentialFolder(folder);
const at = (name: string) => join(folder, name);

let authority: TestAuthority;
let client: TestCertificate;
beforeAll(async () => {
  authority = await TestAuthority.create();
  client = await authority.issue();
  files.write('ca.pem', authority.pem);
  files.writeCertificate('client', client);
  files.writeCertificate('other', await authority.issue());
  files.writeCertificate('expired', await authority.issue({ notAfter: new Date(Date.now() - 1_000) }));
  files.write('password', 'p@ss\n');
});

const temporalSchema = z.object(temporalServerConfig);
const kafkaSchema = z.object(kafkaConfig);
const databaseSchema = z.object({ ...databaseConfig, ...directDatabaseConfig });
const databaseUrl = 'postgres://role@db:5432/reseal';
const brokers = { RESEAL_KAFKA_BROKERS: 'a:1' };

/** The lines of the refusal, without the first. */
function refusal(schema: z.ZodObject, env: Record<string, string>): string[] {
  try {
    loadConfig(schema, env);
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
}

describe('the files of a server', () => {
  it('The configured files are those that the settings name', () => {
    const config = loadConfig(temporalSchema, {
      RESEAL_TEMPORAL_CA_FILE: at('ca.pem'),
      RESEAL_TEMPORAL_CERTIFICATE_FILE: at('client.pem'),
      RESEAL_TEMPORAL_KEY_FILE: at('client.key'),
    });
    expect(tlsPathsOf(config, 'temporal')).toEqual({
      ca: at('ca.pem'),
      certificate: at('client.pem'),
      key: at('client.key'),
    });
  });

  it.each([
    [{ CA: 'none' }, /^ {2}RESEAL_TEMPORAL_CA_FILE: .*none is not readable \(ENOENT\)$/],
    [{ CA: 'password' }, /^ {2}RESEAL_TEMPORAL_CA_FILE: .*password holds no certificate in PEM$/],
    [{ CERTIFICATE: 'client.pem' }, /^ {2}RESEAL_TEMPORAL_CERTIFICATE_FILE: it needs a key file too$/],
    [{ KEY: 'client.key' }, /^ {2}RESEAL_TEMPORAL_KEY_FILE: it needs a certificate file too$/],
    [
      { CERTIFICATE: 'client.pem', KEY: 'other.key' },
      /^ {2}RESEAL_TEMPORAL_CERTIFICATE_FILE: .*other.key is not the key of the certificate in .*client.pem$/,
    ],
    [
      { CERTIFICATE: 'expired.pem', KEY: 'expired.key' },
      /^ {2}RESEAL_TEMPORAL_CERTIFICATE_FILE: .*expired.pem holds a certificate that expired at /,
    ],
  ])('loadConfig refuses the files %j with one line', (given, line) => {
    const env = Object.entries(given).map(([name, file]) => [`RESEAL_TEMPORAL_${name}_FILE`, at(file)]);
    expect(refusal(temporalSchema, Object.fromEntries(env) as Record<string, string>)).toEqual([
      expect.stringMatching(line),
    ]);
  });
});

describe('the SASL settings of Kafka', () => {
  it.each([
    [{ SASL_MECHANISM: 'PLAIN' }, 'PLAIN needs RESEAL_KAFKA_USERNAME and RESEAL_KAFKA_PASSWORD_FILE'],
    [
      { SASL_MECHANISM: 'OAUTHBEARER' },
      'OAUTHBEARER needs RESEAL_KAFKA_TOKEN_FILE, or RESEAL_KAFKA_TOKEN_URL',
    ],
  ])('loadConfig names what the settings %j lack', (given, message) => {
    const env = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`RESEAL_KAFKA_${name}`, value]),
    );
    expect(refusal(kafkaSchema, { ...brokers, ...env })).toEqual([
      expect.stringContaining(`RESEAL_KAFKA_SASL_MECHANISM: ${message}`),
    ]);
  });

  it('loadConfig accepts a mechanism with its user and its password', () => {
    const env = {
      ...brokers,
      RESEAL_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      RESEAL_KAFKA_USERNAME: 'reseal',
      RESEAL_KAFKA_PASSWORD_FILE: at('password'),
    };
    expect(loadConfig(kafkaSchema, env)).toMatchObject({ kafkaUsername: 'reseal' });
    expect(refusal(kafkaSchema, { ...env, RESEAL_KAFKA_PASSWORD_FILE: at('none') })).toHaveLength(1);
  });
});

describe('the files of PostgreSQL', () => {
  it('loadConfig adds the files to both URLs', () => {
    const config = loadConfig(databaseSchema, {
      RESEAL_DATABASE_URL: databaseUrl,
      RESEAL_DATABASE_DIRECT_URL: 'postgres://role@direct/reseal',
      RESEAL_DATABASE_CA_FILE: at('ca.pem'),
      RESEAL_DATABASE_PASSWORD_FILE: at('password'),
    });
    for (const url of [config.databaseUrl, config.databaseDirectUrl])
      expect(Object.fromEntries(new URL(url!).searchParams)).toEqual({
        sslmode: 'verify-full',
        sslrootcert: at('ca.pem'),
        passwordfile: at('password'),
      });
  });

  it('loadConfig refuses a weaker mode than verify-full, and a file of the URL that is missing', () => {
    const weak = {
      RESEAL_DATABASE_URL: `${databaseUrl}?sslmode=require`,
      RESEAL_DATABASE_CA_FILE: at('ca.pem'),
    };
    expect(refusal(databaseSchema, weak)).toEqual([
      '  RESEAL_DATABASE_URL: must not have sslmode=require together with files for TLS',
    ]);
    expect(
      refusal(databaseSchema, { RESEAL_DATABASE_URL: `${databaseUrl}?sslrootcert=${at('none')}` }),
    ).toEqual([`  RESEAL_DATABASE_URL: ${at('none')} is not readable (ENOENT)`]);
  });
});
