/** One text to one person. The provider drops a repetition with the same id. */
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
 * Sends an SMS. `send` resolves once the message is accepted for delivery. It throws `ProviderUnavailable` if a retry may
 * succeed and `ProviderRefused` if none can; neither error holds a number, an address or the text.
 */
export interface SmsSender {
  send(sms: Sms): Promise<void>;
}

/** Sends a mail, with the same errors as {@link SmsSender}. */
export interface MailSender {
  send(mail: Mail): Promise<void>;
}
