import {
  addressName,
  isNotConnected,
  measureCall,
  OutcomeUnknown,
  ProviderRefused,
  ProviderUnavailable,
  type OnCall,
} from '#libs/provider-client';
import type { Mail, MailSender } from './senders.js';
import { SmtpTransport, type SmtpServer } from './smtp-transport.js';

export interface SmtpOptions extends SmtpServer {
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

/**
 * Sends mail by SMTP, over connections that are used again. The Message-ID (RFC 5322 section 3.6.4) is derived from the
 * message's own id. A mail is sent again over another connection only if nothing of it was sent over the first.
 */
export function createMailSender({
  from,
  timeoutMs = 5_000,
  onCall,
  ...server
}: SmtpOptions): ConnectedMailSender {
  const domain = /@([^\s@<>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  const transport = new SmtpTransport(server, from, timeoutMs);
  const measured = { provider: 'smtp', address: addressName(server.url), onCall };
  const sendOne = async ({ messageId, to, subject, text }: Mail) => {
    try {
      await transport.current().sendMail({
        messageId: `<${messageId}@${domain}>`,
        to: { name: '', address: to },
        subject,
        text,
        headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no out-of-office answers
        // Bounds the whole send: the timeouts of the transport bound one stage each. Nothing is sent after it.
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
  /** The code of the socket's error, if nodemailer replaced it by its own. */
  originalCode?: string;
  responseCode?: number;
}

// The server's answer often repeats the address: only its codes are kept.
function withoutAddress(error: unknown): Error {
  const { code = 'unknown', originalCode = code, responseCode } = error as SmtpError;
  // Nothing of a mail is sent before the session is encrypted and authenticated.
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new ProviderUnavailable(`smtp refuses the user or the password (${responseCode ?? code})`);
  if (code === 'ETLS' || isNotConnected(originalCode))
    return new ProviderUnavailable(`smtp cannot be reached (${originalCode})`);
  if (responseCode === undefined) return new OutcomeUnknown(`smtp gave no answer (${code})`);
  return responseCode >= 500
    ? new ProviderRefused(`smtp answered ${responseCode}`, responseCode)
    : new ProviderUnavailable(`smtp answered ${responseCode}`);
}
