import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretFile, TlsFiles } from '#libs/credentials';
import { SMTPServer } from 'smtp-server';
import { credentialFolder, TestAuthority } from '../../libs/credentials/src/testing/test-authority.js';
import { createMailSender, createSmsSender, type ConnectedMailSender } from './index.js';

const to = 'fictional@example.com';
const patient = 4_000;
const mail = {
  messageId: 'ri_1.ISSUED',
  to,
  subject: '[공동인증서] 안내 / Notice',
  text: '안내\n\nNotice\n',
};

describe('the mail sender', () => {
  let server: SMTPServer;
  let senders: ConnectedMailSender[];
  let senderWaiting: (timeoutMs: number) => ConnectedMailSender;
  let connections: Socket[];
  let received: string[];
  let fault: 'none' | 'busy' | 'unknown-address' | 'slow' | 'lost';

  beforeEach(async () => {
    received = [];
    senders = [];
    connections = [];
    fault = 'none';
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onRcptTo: ({ address }, _, done) =>
        fault === 'busy'
          ? done(refusal(`${address}: try later`, 451))
          : fault === 'unknown-address'
            ? done(refusal(`no such address: ${address}`, 550))
            : done(),
      onData: (stream, _, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          received.push(Buffer.concat(chunks).toString());
          if (fault === 'lost') connections.at(-1)?.destroy();
          else if (fault !== 'slow') done();
        });
      },
      closeTimeout: 10,
    });
    server.on('error', () => undefined);
    server.server.on('connection', (connection: Socket) => connections.push(connection));
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    senderWaiting = (timeoutMs) => {
      const sender = createMailSender({
        url: `smtp://127.0.0.1:${port}`,
        from: 'Fictional Bank <no-reply@bank.example>',
        timeoutMs,
      });
      senders.push(sender);
      return sender;
    };
  });
  afterEach(async () => {
    for (const sender of senders) sender.close();
    await new Promise<void>((done) => server.close(done));
  });

  it('The mail sender gives each mail its own id, by which receivers detect a repetition', async () => {
    await senderWaiting(patient).send(mail);
    expect(received[0]).toMatch(/^Message-ID: <ri_1\.ISSUED@bank\.example>\r$/m);
    expect(received[0]).toMatch(/^From: Fictional Bank <no-reply@bank\.example>\r$/m);
    expect(received[0]).toMatch(/^To: fictional@example\.com\r$/m);
    expect(received[0]).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  });

  it.each([
    ['busy', 'ProviderUnavailable'],
    ['unknown-address', 'ProviderRefused'],
    ['slow', 'OutcomeUnknown'],
    ['lost', 'OutcomeUnknown'],
  ] as const)(
    'The error of the mail sender shows whether a retry may help when the server is %s, and names no recipient',
    async (...[mode, name]) => {
      fault = mode;
      const sender = senderWaiting(mode === 'slow' ? 300 : patient);
      const error = await sender.send(mail).then(
        () => undefined,
        (failure: Error) => failure,
      );
      expect(error?.name).toBe(name);
      expect(error?.cause).toBeUndefined();
      expect(`${error?.stack}${JSON.stringify(error)}`).not.toContain('fictional');
    },
  );

  it('The mail sender sends its mails over one connection', async () => {
    const sender = senderWaiting(patient);
    await sender.send(mail);
    await sender.send(mail);
    expect(received).toHaveLength(2);
    expect(connections.length).toBe(1);
  });

  it('The mail sender sends further mails after one that was refused', async () => {
    const sender = senderWaiting(patient);
    fault = 'unknown-address';
    await expect(sender.send(mail)).rejects.toMatchObject({ name: 'ProviderRefused' });
    fault = 'none';
    await sender.send(mail);
    expect(received).toHaveLength(1);
  });

  it('A mail goes out once, over a new connection, when the server has closed the one from before', async () => {
    const sender = senderWaiting(patient);
    await sender.send(mail);
    connections[0]?.destroy();
    await sender.send({ ...mail, messageId: 'ri_1.REGISTERED' });
    expect(received.map((each) => /^Message-ID: <(.*)@/m.exec(each)?.[1])).toEqual([
      'ri_1.ISSUED',
      'ri_1.REGISTERED',
    ]);
  });

  it('A mail whose answer takes too long is not sent again, and its connection is not used again', async () => {
    const sender = senderWaiting(1_500);
    fault = 'slow';
    await expect(sender.send(mail)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    expect(received).toHaveLength(1);
    fault = 'none';
    await sender.send(mail);
    expect(received).toHaveLength(2);
    expect(connections.length).toBe(2);
  });

  it('A closed mail sender has no connection and sends nothing', async () => {
    const sender = senderWaiting(patient);
    await sender.send(mail);
    const ended = once(connections[0]!, 'close');
    sender.close();
    await ended;
    await expect(sender.send(mail)).rejects.toMatchObject({ name: 'OutcomeUnknown' });
    expect(received).toHaveLength(1);
  });
});

describe('the mail sender by TLS with a password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reseal-smtp-'));
  const files = credentialFolder(folder);
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let server: SMTPServer;
  let port: number;
  let password: string;
  let received: { readonly secure: boolean; readonly user: string | undefined }[];
  const senders: ConnectedMailSender[] = [];

  const start = async (options: { readonly starttls: boolean }) => {
    const { certificate, key } = await authority.issue();
    server = new SMTPServer({
      ...{ cert: certificate, key, disableReverseLookup: true, closeTimeout: 10, authMethods: ['PLAIN'] },
      disabledCommands: options.starttls ? [] : ['STARTTLS'],
      onAuth: (given, _, done) =>
        given.password === password
          ? done(null, { user: given.username })
          : done(refusal('wrong password', 535)),
      onData: (stream, { secure, user }, done) => {
        stream.resume().on('end', () => {
          received.push({ secure, user: user as string | undefined });
          done();
        });
      },
    });
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    ({ port } = server.server.address() as AddressInfo);
  };
  const senderWith = (ca: TestAuthority) => {
    const sender = createMailSender({
      url: `smtp://127.0.0.1:${port}`,
      from: 'Fictional Bank <no-reply@bank.example>',
      timeoutMs: patient,
      tls: new TlsFiles('spec-smtp', { ca: files.write('ca.pem', ca.pem) }),
      requireTls: true,
      username: 'reseal',
      password: new SecretFile('spec-smtp-password', join(folder, 'password')),
    });
    senders.push(sender);
    return sender;
  };

  beforeAll(async () => {
    authority = await TestAuthority.create();
    stranger = await TestAuthority.create('Strange CA');
  });
  beforeEach(() => {
    received = [];
    password = 'right';
    files.write('password', 'right');
  });
  afterEach(async () => {
    for (const sender of senders.splice(0)) sender.close();
    await new Promise<void>((done) => server.close(done));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('The mail sender encrypts by STARTTLS and authenticates', async () => {
    await start({ starttls: true });
    await senderWith(authority).send(mail);
    expect(received).toEqual([{ secure: true, user: 'reseal' }]);
  });

  it('The mail sender sends nothing to a server of another CA, or without STARTTLS', async () => {
    await start({ starttls: true });
    await expect(senderWith(stranger).send(mail)).rejects.toMatchObject({
      name: 'ProviderUnavailable',
      message: expect.stringMatching(/^smtp cannot be reached \(\w*(CERT|ISSUER|SIGNATURE)\w*\)$/),
    });
    await new Promise<void>((done) => server.close(done));
    await start({ starttls: false });
    await expect(senderWith(authority).send(mail)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(received).toEqual([]);
  });

  it('A mail with a wrong password is retried, and the renewed password is used without a restart', async () => {
    await start({ starttls: true });
    const sender = senderWith(authority);
    await sender.send(mail);
    password = 'renewed';
    // The connection from before is authenticated. A renewed file makes the sender connect again.
    files.write('password', 'still wrong');
    await expect(sender.send(mail)).rejects.toMatchObject({
      name: 'ProviderUnavailable',
      message: 'smtp refuses the user or the password (535)',
    });
    files.write('password', 'renewed');
    await sender.send(mail);
    expect(received).toHaveLength(2);
  });
});

describe('the SMS sender', () => {
  it('The SMS sender posts number and text to the gateway', async () => {
    const calls: unknown[] = [];
    const sender = createSmsSender({
      url: 'http://sms.example/v1/sms',
      fetch: (url, init) => {
        calls.push([url, JSON.parse(init?.body as string)]);
        return Promise.resolve(Response.json({ status: 'ACCEPTED' }));
      },
    });
    const sms = { messageId: 'ri_1.ISSUED', to: '01000000000', text: '안내' };
    await sender.send(sms);
    expect(calls).toEqual([['http://sms.example/v1/sms', sms]]);
  });
});

function refusal(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode });
}
