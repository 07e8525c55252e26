import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describeConfig, loadConfig } from '#libs/config';
import { z } from 'zod';
import { checkCertificateRequest } from './certificate-request.js';
import { WeakKeyList, weakKeysConfig } from './weak-key-list.js';

const work = mkdtempSync(join(tmpdir(), 'reseal-weak-keys-'));
afterAll(() => rmSync(work, { recursive: true }));

const newRsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const newEcKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const openssl = (key: KeyObject, ...args: string[]) =>
  execFileSync('openssl', args, { input: key.export({ format: 'pem', type: 'pkcs8' }) });
const requestOf = (key: KeyObject) => {
  const path = join(work, 'key.pem');
  writeFileSync(path, key.export({ format: 'pem', type: 'pkcs8' }));
  return openssl(key, 'req', '-new', '-key', path, '-subj', '/CN=holder').toString();
};
const codeOf = async (key: KeyObject, weakKeys: WeakKeyList) => {
  const result = await checkCertificateRequest(requestOf(key), { weakKeys });
  return result.ok ? 'ACCEPTED' : result.code;
};

/** A line of Debian's openssl-blacklist, made as the comment in that file describes. */
const debianLineOf = (key: KeyObject) =>
  createHash('sha1')
    .update(openssl(key, 'rsa', '-noout', '-modulus'))
    .digest('hex')
    .slice(20);
const keyLineOf = (key: KeyObject) =>
  createHash('sha256')
    .update(createPublicKey(key).export({ format: 'der', type: 'spki' }))
    .digest('hex');

describe('a list of weak keys', () => {
  it('A list of weak keys refuses a request whose RSA modulus it has in the form of openssl-blacklist', async () => {
    const [weak, sound] = [newRsaKey(), newRsaKey()];
    const list = new WeakKeyList(`# made up for this spec\n\n00005890bc78bcbee3ca\n${debianLineOf(weak)}\n`);
    expect(list.size).toBe(2);
    expect([await codeOf(weak, list), await codeOf(sound, list)]).toEqual(['KEY_WEAK', 'ACCEPTED']);
  });

  it('A list of weak keys refuses a request whose key it has by the SHA-256 of its SubjectPublicKeyInfo', async () => {
    const [weakRsa, weakEc, sound] = [newRsaKey(), newEcKey(), newEcKey()];
    const list = new WeakKeyList([weakRsa, weakEc].map(keyLineOf).join('\r\n'));
    const codes = await Promise.all([weakRsa, weakEc, sound].map((key) => codeOf(key, list)));
    expect(codes).toEqual(['KEY_WEAK', 'KEY_WEAK', 'ACCEPTED']);
  });

  it.each([
    ['a line that is no hash', '00005890bc78bcbee3ca\nModulus=00', /line 2 is not a hash/],
    ['digits in upper case', '00005890BC78BCBEE3CA', /line 1 is not a hash/],
    ['a hash that is cut off', '00005890bc78bcbee3', /line 1 is not a hash/],
    ['comments alone', '# nothing', /it has no hash/],
  ])('A list of weak keys is refused with %s', (_what, text, message) => {
    expect(() => new WeakKeyList(text)).toThrow(message);
  });
});

describe('RESEAL_WEAK_KEYS_FILE', () => {
  const schema = z.object(weakKeysConfig);
  const load = (file: string) => loadConfig(schema, { RESEAL_WEAK_KEYS_FILE: join(work, file) });

  it('RESEAL_WEAK_KEYS_FILE gives the list, and the recorded configuration shows its size and digest', () => {
    writeFileSync(join(work, 'list'), '00005890bc78bcbee3ca\n');
    const config = load('list');
    expect(config.weakKeys?.size).toBe(1);
    expect(describeConfig(schema, config).settings).toEqual({
      weakKeys: { size: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('RESEAL_WEAK_KEYS_FILE is refused if the file cannot be read or is no list', () => {
    writeFileSync(join(work, 'other'), 'not a list\n');
    expect(() => load('absent')).toThrow(/RESEAL_WEAK_KEYS_FILE: .* is not readable \(ENOENT\)/);
    expect(() => load('other')).toThrow(/RESEAL_WEAK_KEYS: is not a list of weak keys: line 1/);
  });
});
