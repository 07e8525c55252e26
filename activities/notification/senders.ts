/** One text to one person. A repetition with the same id is dropped by whoever delivers it. */
export interface Sms {
  readonly messageId: string;
  /** Digits only. */
  readonly to: string;
  readonly text: string;
}

export interface Mail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * The ways to reach a customer. `send` resolves once the message is accepted for delivery; it throws
 * `ProviderUnavailable` if it is worth another try and `ProviderRefused` if it is not, both without number,
 * address or text.
 */
export interface SmsSender {
  send(sms: Sms): Promise<void>;
}

export interface MailSender {
  send(mail: Mail): Promise<void>;
}
