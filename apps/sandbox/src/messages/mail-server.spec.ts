import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import type { SandboxConfig } from '../config.js';
import type { SandboxDatabase } from '../database.js';
import { Faults, type Fault } from '../faults/faults.js';
import type { Inbox, IncomingMessage } from './inbox.js';
import { MailServer } from './mail-server.js';

describe('the mail server', () => {
  let fault: Fault;
  let delivered: IncomingMessage[];
  let server: MailServer;

  beforeEach(async () => {
    fault = { mode: 'ok', ms: 0 };
    delivered = [];
    const faults = new Faults(undefined as unknown as SandboxDatabase);
    faults.of = () => fault;
    server = new MailServer(
      { deliver: async (message: IncomingMessage) => void delivered.push(message) } as unknown as Inbox,
      faults,
      { values: { smtpPort: 0, host: '127.0.0.1' } } as SandboxConfig,
    );
    await server.onApplicationBootstrap();
  });
  afterEach(() => server.onModuleDestroy());

  const send = (to = 'Person1@people.example.com') =>
    createTransport({ host: '127.0.0.1', port: server.port }).sendMail({
      messageId: '<notice/1@bank.example.com>',
      from: '은행 <no-reply@bank.example.com>',
      to,
      subject: '인증서가 발급되었습니다',
      text: '발급 완료.\nIssued.',
    });

  it('The mail server stores a mail in the inbox of each recipient, by its Message-ID', async () => {
    await send('person1@people.example.com, person2@people.example.com');
    expect(delivered).toEqual([
      {
        id: 'mail/<notice/1@bank.example.com>/person1@people.example.com',
        channel: 'MAIL',
        to: 'person1@people.example.com',
        from: expect.stringContaining('no-reply@bank.example.com'),
        subject: '인증서가 발급되었습니다',
        text: '발급 완료.\nIssued.\n',
      },
      expect.objectContaining({ to: 'person2@people.example.com' }),
    ]);
  });

  it('down: the mail server answers 451 and stores nothing', async () => {
    fault = { mode: 'down', ms: 0 };
    await expect(send()).rejects.toMatchObject({ responseCode: 451 });
    expect(delivered).toEqual([]);
  });

  it('lost: the mail server stores the mail and drops the connection', async () => {
    fault = { mode: 'lost', ms: 0 };
    await expect(send()).rejects.toThrow();
    expect(delivered).toHaveLength(1);
  });

  it('slow: the mail server answers after the configured time', async () => {
    fault = { mode: 'slow', ms: 150 };
    const started = performance.now();
    await send();
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });

  it('late: the mail server stores the mail before it answers', async () => {
    fault = { mode: 'late', ms: 150 };
    const started = performance.now();
    const sent = send();
    while (delivered.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await sent;
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });

  it('twice: the mail server delivers twice under one id', async () => {
    fault = { mode: 'twice', ms: 0 };
    await send();
    expect(delivered).toHaveLength(2);
    expect(new Set(delivered.map(({ id }) => id)).size).toBe(1);
  });
});
