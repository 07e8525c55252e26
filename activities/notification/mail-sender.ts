import { setTimeout as delay } from 'node:timers/promises';
import { OutcomeUnknown, ProviderRefused, ProviderUnavailable } from '#libs/provider-client';
import { createTransport } from 'nodemailer';
import type { MailSender } from './senders.js';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with credentials if the server wants them. */
  readonly url: string;
  /** The sender, as in `Name <address>`. */
  readonly from: string;
  /** Timeout of one mail, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Sends mail by SMTP. The Message-ID (RFC 5322 section 3.6.4) is derived from the message's own id. */
export function createMailSender({ url, from, timeoutMs = 5_000 }: SmtpOptions): MailSender {
  const domain = /@([^\s@<>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  const transport = createTransport(
    {
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );

  return {
    async send({ messageId, to, subject, text }) {
      const sent = transport
        .sendMail({
          messageId: `<${messageId}@${domain}>`,
          to: { name: '', address: to },
          subject,
          text,
          headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: no out-of-office answers
        })
        .catch((error: unknown) => {
          throw withoutAddress(error);
        });
      await withTimeout(timeoutMs, sent);
    },
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

/** Bounds the whole send: the transport's own timeouts bound one stage each, and would add up. */
async function withTimeout(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const timeout = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new OutcomeUnknown('smtp gave no answer (timeout)');
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    timeout.catch(() => undefined);
    work.catch(() => undefined);
    timer.abort();
  }
}
