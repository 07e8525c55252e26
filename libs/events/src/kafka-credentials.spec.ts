import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OauthbearerProviderResponse } from 'kafkajs';
import { KafkaCredentials, kafkaCredentialsOf, type SaslOptions } from './kafka-credentials.js';

const folder = mkdtempSync(join(tmpdir(), 'reseal-kafka-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileWith = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const saslOf = (sasl: SaslOptions) => new KafkaCredentials({ sasl }).sasl!;
const tokenOf = (sasl: SaslOptions) => {
  const { oauthBearerProvider } = saslOf(sasl) as unknown as {
    oauthBearerProvider: () => Promise<OauthbearerProviderResponse>;
  };
  return async () => (await oauthBearerProvider()).value;
};

describe('the SASL credentials of Kafka', () => {
  it('Settings without TLS and SASL need no credentials', () => {
    expect(kafkaCredentialsOf({ kafkaTls: false })).toBeUndefined();
    expect(kafkaCredentialsOf({ kafkaTls: true })?.encrypted).toBe(true);
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    'The password of SASL %s is read again for each authentication',
    (mechanism) => {
      const passwordFile = fileWith('password', 'first\n');
      const sasl = saslOf({ mechanism, username: 'reseal', passwordFile });
      expect(sasl).toMatchObject({
        mechanism: mechanism.toLowerCase(),
        username: 'reseal',
        password: 'first',
      });
      fileWith('password', 'the second');
      expect(sasl).toMatchObject({ password: 'the second' });
    },
  );

  it('The token of SASL OAUTHBEARER is read again for each authentication', async () => {
    const token = tokenOf({ mechanism: 'OAUTHBEARER', tokenFile: fileWith('token', 'one') });
    expect(await token()).toBe('one');
    fileWith('token', 'the other');
    expect(await token()).toBe('the other');
  });
});

describe('the token of a client', () => {
  let server: Server;
  let url: string;
  let requests: { authorization: string | undefined; body: string }[] = [];
  let answer: { status: number; body: object };

  beforeAll(async () => {
    server = createServer((request: IncomingMessage, response) => {
      void text(request).then((body) => {
        requests.push({ authorization: request.headers.authorization, body });
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => void (requests = []));

  const client = (secret: string) =>
    tokenOf({
      mechanism: 'OAUTHBEARER',
      tokenUrl: url,
      clientId: 're seal',
      clientSecretFile: fileWith('client-secret', secret),
      scope: 'kafka',
    });

  it('A token comes from the token endpoint by the client credentials grant, and is kept while it is valid', async () => {
    answer = { status: 200, body: { access_token: 'abc', token_type: 'Bearer', expires_in: 300 } };
    const token = client('s:e');
    expect([await token(), await token()]).toEqual(['abc', 'abc']);
    expect(requests).toEqual([
      {
        authorization: `Basic ${Buffer.from('re+seal:s%3Ae').toString('base64')}`,
        body: 'grant_type=client_credentials&scope=kafka',
      },
    ]);
  });

  it('A token that expires soon, and one of a former secret, are not used again', async () => {
    answer = { status: 200, body: { access_token: 'short', expires_in: 10 } };
    const short = client('secret');
    await short();
    await short();
    expect(requests).toHaveLength(2);
    answer = { status: 200, body: { access_token: 'long', expires_in: 3_600 } };
    await short();
    fileWith('client-secret', 'the next secret');
    await short();
    expect(requests).toHaveLength(4);
  });

  it('An error of the token endpoint is reported without the secret and without the answer', async () => {
    answer = { status: 401, body: { error: 'invalid_client' } };
    await expect(client('hidden')()).rejects.toThrow(/^the token endpoint answered 401$/);
    answer = { status: 200, body: { token: 'hidden' } };
    await expect(client('hidden')()).rejects.toThrow(/^the token endpoint gave no token$/);
  });
});
