import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { codecKeys, databaseConfig, httpConfig } from './fragments.js';
import { kafkaConfig } from './kafka-config.js';
import { ConfigError, loadConfig } from './load-config.js';
import { projectRoot } from './project-root.js';
import { flag, json, milliseconds, secretBytes, urls } from './values.js';

const folder = mkdtempSync(join(tmpdir(), 'reseal-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fileWith = (content: string) => {
  const path = join(folder, String(files++));
  writeFileSync(path, content);
  return path;
};
const refusal = (load: () => unknown): string => {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
};

describe('loadConfig', () => {
  const schema = z.object({
    ...httpConfig('RESEAL_GATEWAY_PORT', 3000),
    ...databaseConfig,
    deadlineMs: milliseconds(1000),
    trace: flag(false),
  });

  it('loadConfig derives variables from property names, and applies defaults', () => {
    const config = loadConfig(schema, {
      RESEAL_ENV: 'development',
      RESEAL_DATABASE_URL: 'postgres://u@h/d',
      RESEAL_DEADLINE_MS: '5',
      RESEAL_TRACE: 'true',
    });
    expect(config).toMatchObject({
      env: 'development',
      host: '127.0.0.1',
      port: 3000,
      databaseUrl: 'postgres://u@h/d',
      deadlineMs: 5,
      trace: true,
    });
  });

  it('loadConfig reads the port from the variable that the app names', () => {
    const portOf = (key: string, fallback: number) =>
      loadConfig(z.object(httpConfig(key, fallback)), { RESEAL_ENV: 'test', RESEAL_GATEWAY_PORT: '3950' })
        .port;
    expect(portOf('RESEAL_GATEWAY_PORT', 3000)).toBe(3950);
    expect(portOf('RESEAL_OPS_PORT', 3001)).toBe(3001);
  });

  it('loadConfig ignores a port that Kubernetes set for a Service, and warns', () => {
    const warnings: string[] = [];
    const portOf = (value: string) =>
      loadConfig(
        z.object(httpConfig('RESEAL_STATUS_PORT', 3002)),
        { RESEAL_ENV: 'test', RESEAL_STATUS_PORT: value },
        (line) => warnings.push(line),
      ).port;
    expect(portOf('tcp://10.96.14.2:80')).toBe(3002);
    expect(portOf('udp://[fd00::1]:53')).toBe(3002);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('RESEAL_STATUS_PORT is ignored');
    expect(warnings[0]).toContain('enableServiceLinks: false');
    expect(portOf('3952')).toBe(3952);
    expect(warnings).toHaveLength(2);
    expect(refusal(() => portOf('https://status.example'))).toContain('RESEAL_STATUS_PORT');
  });

  it('loadConfig names every bad key in one message and quotes no value', () => {
    const message = refusal(() =>
      loadConfig(schema, {
        RESEAL_GATEWAY_PORT: 'canary',
        RESEAL_DATABASE_URL: 'mysql://canary',
        RESEAL_DEADLINE_MS: '-1',
      }),
    );
    for (const key of ['RESEAL_GATEWAY_PORT', 'RESEAL_DATABASE_URL', 'RESEAL_DEADLINE_MS'])
      expect(message).toContain(key);
    expect(message).not.toContain('canary');
  });

  it('loadConfig reports an empty variable as missing', () => {
    expect(refusal(() => loadConfig(schema, { RESEAL_DATABASE_URL: '' }))).toContain(
      'RESEAL_DATABASE_URL is missing',
    );
  });

  it('loadConfig reads a value from the file that its _FILE variable names, without the line end', () => {
    const env = { RESEAL_ENV: 'test', RESEAL_DATABASE_URL_FILE: fileWith('postgres://u@h/d\n') };
    expect(loadConfig(schema, env).databaseUrl).toBe('postgres://u@h/d');
  });

  it('loadConfig refuses a missing file, and a value that is given twice', () => {
    expect(refusal(() => loadConfig(schema, { RESEAL_DATABASE_URL_FILE: '/nowhere/x' }))).toContain('ENOENT');
    const env = { RESEAL_DATABASE_URL: 'postgres://u@h/d', RESEAL_DATABASE_URL_FILE: '/x' };
    expect(refusal(() => loadConfig(schema, env))).toContain('both set');
  });

  it('loadConfig refuses an environment without RESEAL_ENV', () => {
    const message = refusal(() => loadConfig(schema, { RESEAL_DATABASE_URL: 'postgres://u@h/d' }));
    expect(message).toContain('RESEAL_ENV is missing');
  });

  it('loadConfig splits a list of brokers', () => {
    expect(loadConfig(z.object(kafkaConfig), { RESEAL_KAFKA_BROKERS: 'a:1, b:2' }).kafkaBrokers).toEqual([
      'a:1',
      'b:2',
    ]);
  });

  it('loadConfig decodes codec keys, and names a wrong part without quoting it', () => {
    const keys = z.object({ codecKeys });
    const key = Buffer.alloc(32, 7).toString('base64');
    const good = fileWith(JSON.stringify({ current: 'k1', keys: { k1: key } }));
    expect(loadConfig(keys, { RESEAL_CODEC_KEYS_FILE: good }).codecKeys.keys['k1']).toEqual(
      Buffer.alloc(32, 7),
    );
    const unknown = JSON.stringify({ current: 'k2', keys: { k1: key } });
    expect(refusal(() => loadConfig(keys, { RESEAL_CODEC_KEYS: unknown }))).toContain('current');
    const short = JSON.stringify({ current: 'k1', keys: { k1: 'Y2FuYXJ5' } });
    expect(refusal(() => loadConfig(keys, { RESEAL_CODEC_KEYS: short }))).not.toContain('Y2FuYXJ5');
    expect(refusal(() => loadConfig(keys, { RESEAL_CODEC_KEYS: '{canary' }))).not.toContain('canary');
  });

  it('loadConfig reads one or several addresses, and refuses a repeated one', () => {
    const schema = z.object({ telecomUrl: urls('http', 'https') });
    const read = (text: string) => loadConfig(schema, { RESEAL_TELECOM_URL: text }).telecomUrl;
    expect(read('https://a.example/v1')).toEqual(['https://a.example/v1']);
    expect(read('https://a.example/v1, https://b.example')).toEqual([
      'https://a.example/v1',
      'https://b.example',
    ]);
    for (const bad of [',', 'https://a.example,ftp://b.example', 'https://a.example,https://a.example/'])
      expect(refusal(() => read(bad))).toContain('RESEAL_TELECOM_URL');
  });

  it('loadConfig refuses secret bytes of a wrong length', () => {
    const schema = z.object({ idKey: secretBytes(32), extra: json(z.object({ a: z.number() })).optional() });
    expect(loadConfig(schema, { RESEAL_ID_KEY: Buffer.alloc(32).toString('base64') }).idKey).toHaveLength(32);
    expect(refusal(() => loadConfig(schema, { RESEAL_ID_KEY: 'AAAA' }))).toContain('32 bytes');
  });
});

describe('projectRoot', () => {
  it('projectRoot is the folder that holds package.json', () => {
    expect(projectRoot()).toBe(process.cwd());
  });
});
