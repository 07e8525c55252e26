import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { Clock } from '../clock.js';
import { SandboxDatabase } from '../database.js';
import type { SandboxTables } from '../database.js';
import { normaliseRecipient } from './addresses.js';

export interface IncomingMessage {
  /** The sender's own id of the message; a second message with it is dropped. */
  id: string;
  channel: 'SMS' | 'MAIL';
  to: string;
  from: string;
  subject?: string;
  text: string;
}

export interface InboxMessage extends IncomingMessage {
  receivedAt: string;
}

/** Every SMS and mail that reached a sample person. */
@Injectable()
export class Inbox {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly clock: Clock,
  ) {}

  /**
   * Puts a message into its recipient's inbox, once for each id.
   * @param within the transaction to do it in, if there is one.
   */
  async deliver(message: IncomingMessage, within: Kysely<SandboxTables> = this.database): Promise<void> {
    await within
      .insertInto('message')
      .values({
        message_id: storable(message.id),
        channel: message.channel,
        recipient: storable(normaliseRecipient(message.to)),
        sender: storable(message.from),
        subject: message.subject === undefined ? null : storable(message.subject),
        body: storable(message.text),
        received_at: this.clock.now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** The newest messages first, of these recipients only if any are named. */
  async list(limit: number, recipients: readonly string[] = []): Promise<InboxMessage[]> {
    const rows = await this.database
      .selectFrom('message')
      .selectAll()
      .$if(recipients.length > 0, (query) =>
        query.where('recipient', 'in', recipients.map(normaliseRecipient)),
      )
      .orderBy('received_at', 'desc')
      .orderBy('message_id')
      .limit(limit)
      .execute();
    return rows.map(toInboxMessage);
  }
}

function toInboxMessage(row: Selectable<SandboxTables['message']>): InboxMessage {
  return {
    id: row.message_id,
    channel: row.channel,
    to: row.recipient,
    from: row.sender,
    ...(row.subject === null ? {} : { subject: row.subject }),
    text: row.body,
    receivedAt: row.received_at.toISOString(),
  };
}

/** PostgreSQL's text holds everything but NUL, which a mail may well contain. */
function storable(text: string): string {
  return text.replaceAll('\0', '');
}
