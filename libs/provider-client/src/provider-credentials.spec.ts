import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { credentialedFetch, SecretFile, TlsFiles, TokensByHost } from '#libs/credentials';
import { z } from 'zod';
import {
  credentialFolder,
  TestAuthority,
  type TestCertificate,
} from '../../credentials/src/testing/test-authority.js';
import { callProvider } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'reseal-provider-'));
const files = credentialFolder(folder);
const serialOf = ({ certificate }: TestCertificate) => new X509Certificate(certificate).serialNumber;

let authority: TestAuthority;
let stranger: TestAuthority;
let client: TestCertificate;
let renewed: TestCertificate;
let server: Server;
let port: number;
/** The requests that arrived: the serial number of the client certificate, and the header with the token. */
let requests: { readonly serial: string; readonly authorization: string | undefined }[];

beforeAll(async () => {
  [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create('Strange CA')]);
  [client, renewed] = await Promise.all([authority.issue(), authority.issue()]);
  const own = await authority.issue();
  server = createServer(
    { cert: own.certificate, key: own.key, ca: authority.pem, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const { authorization } = request.headers;
      const { serialNumber: serial } = (request.socket as TLSSocket).getPeerCertificate();
      requests.push({ serial, authorization });
      response.writeHead(authorization === 'Bearer wrong' ? 401 : 200).end('{"status":"DONE"}');
    },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => void (requests = []));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const call = (fetch: typeof globalThis.fetch, host = '127.0.0.1') =>
  callProvider(
    { url: `https://${host}:${port}/v1`, timeoutMs: 4_000, fetch },
    { provider: 'sms', body: {}, answer: z.object({ status: z.literal('DONE') }) },
  );
const filesOf = (name: string, ca = authority, certificate: TestCertificate | undefined = client) =>
  new TlsFiles(`spec-${name}`, {
    ca: files.write(`${name}-ca.pem`, ca.pem),
    ...(certificate && files.writeCertificate(name, certificate)),
  });

describe('the credentials for a provider', () => {
  it('A provider gets the client certificate and the bearer token', async () => {
    const token = new SecretFile('spec-token', files.write('token', 'abc'));
    const fetch = credentialedFetch({ tls: filesOf('both'), tokenFor: () => token.current() });
    await expect(call(fetch)).resolves.toEqual({ status: 'DONE' });
    expect(requests).toEqual([{ serial: serialOf(client), authorization: 'Bearer abc' }]);
  });

  it('A renewed certificate and a renewed token are used by the next call', async () => {
    const token = new SecretFile('spec-token', files.write('token', 'first'));
    const fetch = credentialedFetch({ tls: filesOf('rolling'), tokenFor: () => token.current() });
    await call(fetch);
    files.writeCertificate('rolling', renewed);
    files.write('token', 'the second');
    await call(fetch);
    expect(requests).toEqual([
      { serial: serialOf(client), authorization: 'Bearer first' },
      { serial: serialOf(renewed), authorization: 'Bearer the second' },
    ]);
  });

  it.each([
    ['has a certificate of another CA', () => filesOf('wrong-ca', stranger), '127.0.0.1', /CERT/],
    ['has a certificate of another name', () => filesOf('name'), '127.0.0.2', /./],
  ])(
    'A call that fails because the provider %s was certainly not carried out',
    async (_, tls, host, code) => {
      const failed = call(credentialedFetch({ tls: tls() }), host);
      await expect(failed).rejects.toMatchObject({ name: 'ProviderUnavailable' });
      await expect(failed).rejects.toThrow(code);
      expect(requests).toEqual([]);
    },
  );

  it('A call whose token the provider refuses was certainly not carried out', async () => {
    const fetch = credentialedFetch({ tls: filesOf('token'), tokenFor: () => 'wrong' });
    await expect(call(fetch)).rejects.toMatchObject({
      name: 'ProviderUnavailable',
      message: 'sms answered 401',
    });
  });

  it('A token is sent to its own host only, and a renewed file is used by the next call', async () => {
    const tokens = new TokensByHost(
      'spec-tokens',
      files.write('tokens.json', JSON.stringify({ [`127.0.0.1:${port}`]: 'mine', 'other.example': 'other' })),
    );
    const fetch = credentialedFetch({ tls: filesOf('hosts'), tokenFor: tokens.tokenFor });
    await call(fetch);
    files.write('tokens.json', JSON.stringify({ 'other.example': 'other' }));
    await call(fetch);
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer mine', undefined]);
    expect(tokens.tokenFor(new URL('https://other.example/x'))).toBe('other');
  });

  it.each(['not JSON', '[]', '{"https://host":"token"}', '{"host":"two words"}', '{"host":1}'])(
    'A file of tokens with the content %s is refused',
    (content) => {
      const path = files.write('bad.json', content);
      expect(() => new TokensByHost('spec-bad', path)).toThrow(path);
    },
  );
});
