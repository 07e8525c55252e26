import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { Injectable, Logger } from '@nestjs/common';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import { readSecretText } from '#libs/credentials';
import { SandboxConfig } from '../config.js';
import { Faults } from '../faults/faults.js';
import { serverCertificateOf } from '../tls/server-certificate.js';
import { Inbox } from './inbox.js';
import type { IncomingMessage } from './inbox.js';

const maxMailBytes = 1024 * 1024;
const closeTimeoutMs = 2_000;

/**
 * A real mail server (RFC 5321) for this machine only. With a certificate it offers STARTTLS, and with a user it demands the
 * password. Accepted mail goes to the inbox.
 */
@Injectable()
export class MailServer {
  private readonly log = new Logger(MailServer.name);
  private readonly sockets = new Map<string, Socket>();
  private readonly server: SMTPServer;

  constructor(
    private readonly inbox: Inbox,
    private readonly faults: Faults,
    private readonly config: SandboxConfig,
  ) {
    this.server = new SMTPServer({
      name: 'mail.sandbox.example.com',
      ...securityOf(config.values),
      disableReverseLookup: true,
      size: maxMailBytes,
      closeTimeout: closeTimeoutMs,
      onMailFrom: (_address, _session, done) => done(this.refusal()),
      onData: (stream, session, done) => void this.receive(stream, session).then(() => done(), done),
    });
    // `lost` closes the socket without an answer.
    this.server.server.on('connection', (socket: Socket) => {
      const key = socketKey(socket);
      this.sockets.set(key, socket);
      socket.once('close', () => this.sockets.delete(key));
    });
    // A client that disconnects early is no error.
    this.server.on('error', (error: Error) => this.log.debug(`SMTP connection: ${error.message}`));
  }

  /** The port; 0 until the server listens. */
  get port(): number {
    return (this.server.server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** @throws Error if the server does not accept connections. */
  assertListening(): void {
    if (!this.server.server.listening) throw new Error('the mail server does not listen');
  }

  async onApplicationBootstrap(): Promise<void> {
    this.server.listen(this.config.values.smtpPort, this.config.values.host);
    await once(this.server.server, 'listening');
  }

  async onModuleDestroy(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private refusal(): Error | null {
    return this.faults.of('smtp').mode === 'down' ? smtpError('The mail server is switched off', 451) : null;
  }

  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const mail = await simpleParser(stream);
    if (stream.sizeExceeded) throw smtpError('The message is too big', 552);
    const fault = this.faults.of('smtp');
    const { mode } = fault;
    if (mode === 'slow') await this.faults.wait('smtp', fault);

    const id = mail.messageId ?? randomUUID();
    const messages = session.envelope.rcptTo.map(({ address }): IncomingMessage => ({
      id: `mail/${id}/${address.toLowerCase()}`,
      channel: 'MAIL',
      to: address,
      from: mail.from?.text ?? '',
      subject: mail.subject ?? '',
      text: mail.text ?? '',
    }));
    for (const message of mode === 'twice' ? [...messages, ...messages] : messages)
      await this.inbox.deliver(message);
    if (mode === 'late') await this.faults.wait('smtp', fault);
    if (mode === 'lost') this.sockets.get(socketKey(session))?.destroy();
  }
}

/** STARTTLS and AUTH, as far as the sandbox has a certificate and a user. */
function securityOf(values: SandboxConfig['values']): SMTPServerOptions {
  const { smtpUsername, smtpPasswordFile } = values;
  const certificate = serverCertificateOf(values);
  if (!certificate) return { disabledCommands: ['AUTH', 'STARTTLS'] };
  if (smtpUsername === undefined || smtpPasswordFile === undefined)
    return { ...certificate, disabledCommands: ['AUTH'] };
  return {
    ...certificate,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth: ({ username, password }, _session, done) =>
      username === smtpUsername && password === readSecretText(smtpPasswordFile)
        ? done(null, { user: username })
        : done(smtpError('Wrong user or password', 535)),
  };
}

function socketKey(peer: { remoteAddress?: string; remotePort?: number }): string {
  return `${peer.remoteAddress?.replace(/^::ffff:/, '')} ${peer.remotePort}`;
}

function smtpError(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode });
}
