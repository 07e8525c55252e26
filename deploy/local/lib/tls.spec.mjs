import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { provideTls, renewClient } from './tls.mjs';

/** @type {string} */
let folder;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reseal-tls-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** @param {string} file */
const read = (file) => fs.readFileSync(file, 'utf8');
/** @param {string} file */
const certificateIn = (file) => new crypto.X509Certificate(read(file));

test('The certificates of a stack lead to its CA, fit their keys and name this machine', async () => {
  const { ca, servers, clients } = await provideTls(folder);
  for (const files of [...Object.values(servers), ...Object.values(clients)]) {
    const certificate = certificateIn(files.certificate);
    expect(certificate.verify(certificateIn(ca).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(crypto.createPrivateKey(read(files.key)))).toBe(true);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(fs.statSync(files.key).mode & 0o077).toBe(0);
  }
});

test('A second start keeps the certificates, and makes those again that are malformed or have expired', async () => {
  const { ca, servers, clients } = await provideTls(folder);
  const kept = read(clients.worker.certificate);
  await renewClient(folder, 'gateway', -1);
  const expired = read(clients.gateway.certificate);
  fs.writeFileSync(servers.kafka.certificate, 'cut off');
  const authority = read(ca);
  await provideTls(folder);
  expect(read(ca)).toBe(authority);
  expect(read(clients.worker.certificate)).toBe(kept);
  expect(read(clients.gateway.certificate)).not.toBe(expired);
  expect(certificateIn(servers.kafka.certificate).subject).toBe('CN=kafka');
});

test('A start without a usable CA makes all certificates again', async () => {
  const { ca, clients } = await provideTls(folder);
  const before = read(clients.worker.certificate);
  fs.rmSync(path.join(folder, 'ca.key'));
  await provideTls(folder);
  expect(read(clients.worker.certificate)).not.toBe(before);
  expect(certificateIn(clients.worker.certificate).verify(certificateIn(ca).publicKey)).toBe(true);
});
