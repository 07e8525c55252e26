import type { SecretFile, TlsFiles } from '#libs/credentials';
import { createTransport, type Transporter } from 'nodemailer';

export interface SmtpServer {
  /** `smtp://` or `smtps://`. */
  readonly url: string;
  /** Certificates for TLS; by default the CAs of Node. */
  readonly tls?: TlsFiles | undefined;
  /** Whether mail is sent by TLS only, also if the server does not offer STARTTLS. */
  readonly requireTls?: boolean | undefined;
  /** In place of the user and the password in the URL. */
  readonly username?: string | undefined;
  readonly password?: SecretFile | undefined;
}

/** As many mails as a process sends at once, so that none waits for another. */
const mostConnections = 20;
/** How long a connection may be idle. Mail servers close idle connections only after minutes. */
const idleMs = 10_000;

/** Connections to a mail server. After certificates or the password were renewed, further mails use new connections. */
export class SmtpTransport {
  private transport: Transporter;
  private version: string;

  constructor(
    private readonly server: SmtpServer,
    private readonly from: string,
    private readonly timeoutMs: number,
  ) {
    this.version = this.currentVersion;
    this.transport = this.connect();
  }

  /** The transport with the current credentials. */
  current(): Transporter {
    const version = this.currentVersion;
    if (version !== this.version) {
      this.transport.close();
      this.version = version;
      this.transport = this.connect();
    }
    return this.transport;
  }

  /** Closes the connections, each after the mail that it sends. */
  close(): void {
    this.transport.close();
  }

  private get currentVersion(): string {
    const { tls, password } = this.server;
    return `${tls?.version}/${password?.version}`;
  }

  private connect(): Transporter {
    const { url, tls, requireTls, username, password } = this.server;
    return createTransport(
      {
        pool: true,
        url,
        ...(requireTls && { requireTLS: true }),
        ...(tls && { tls: tls.current() }),
        ...(username !== undefined && { auth: { user: username, pass: password?.current() ?? '' } }),
        maxConnections: mostConnections,
        idleTimeout: idleMs,
        // Ends a connection that is closed for being idle, and whose server does not answer.
        socketTimeout: 2 * idleMs,
        connectionTimeout: this.timeoutMs,
        greetingTimeout: this.timeoutMs,
        dnsTimeout: this.timeoutMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from: this.from },
    );
  }
}
