import {
  addressName,
  measureCall,
  OutcomeUnknown,
  ProviderRefused,
  ProviderUnavailable,
  type OnCall,
} from '#libs/provider-client';
import { createTransport } from 'nodemailer';
import type { Mail, MailSender } from './senders.js';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with credentials if the server wants them. */
  readonly url: string;
  /** The sender, as in `Name <address>`. */
  readonly from: string;
  /** Timeout of one mail, in milliseconds. */
  readonly timeoutMs?: number;
  /** Called after each mail, also after one that failed. */
  readonly onCall?: OnCall;
}

/** A sender that keeps connections to its server. */
export interface ConnectedMailSender extends MailSender {
  /** Closes the connections, each after the mail that it sends. No further mail is sent. */
  close(): void;
}

/** As many mails as a process sends at once, so that none waits for another. */
const mostConnections = 20;
/** How long a connection may be idle. Mail servers close idle connections only after minutes. */
const idleMs = 10_000;

/**
 * Sends mail by SMTP, over connections that are used again. The Message-ID (RFC 5322 section 3.6.4) is derived from the
 * message's own id. A mail is sent again over another connection only if nothing of it was sent over the first.
 */
export function createMailSender({ url, from, timeoutMs = 5_000, onCall }: SmtpOptions): ConnectedMailSender {
  const domain = /@([^\s@<>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  const transport = createTransport(
    {
      pool: true,
      url,
      maxConnections: mostConnections,
      idleTimeout: idleMs,
      // Ends a connection that is closed for being idle, and whose server does not answer.
      socketTimeout: 2 * idleMs,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  const measured = { provider: 'smtp', address: addressName(url), onCall };
  const sendOne = async ({ messageId, to, subject, text }: Mail) => {
    try {
      await transport.sendMail({
        messageId: `<${messageId}@${domain}>`,
        to: { name: '', address: to },
        subject,
        text,
        headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no out-of-office answers
        // Bounds the whole send: the timeouts above bound one stage each. Nothing is sent after it.
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw withoutAddress(error);
    }
  };

  return {
    send: (mail) => measureCall(measured, () => sendOne(mail)),
    close: () => transport.close(),
  };
}

interface SmtpError {
  code?: string;
  responseCode?: number;
}

// The server's answer often repeats the address: only its codes are kept.
function withoutAddress(error: unknown): Error {
  const { code = 'unknown', responseCode } = error as SmtpError;
  if (responseCode === undefined) return new OutcomeUnknown(`smtp gave no answer (${code})`);
  return responseCode >= 500
    ? new ProviderRefused(`smtp answered ${responseCode}`, responseCode)
    : new ProviderUnavailable(`smtp answered ${responseCode}`);
}
