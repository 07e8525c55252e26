import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable } from 'kysely';
import { SandboxClock } from '../clock.js';
import { SandboxDatabase } from '../database.js';
import type { SandboxTables } from '../database.js';
import { normaliseRecipient } from './addresses.js';

export interface IncomingMessage {
  /** The sender's id of the message; a second message with the same id is dropped. */
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
    private readonly clock: SandboxClock,
  ) {}

  /**
   * Stores a message in its recipient's inbox, once per id.
   * @param within an open transaction, if there is one.
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

  /** Messages, newest first; only those of the given recipients, if any are given. */
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

/** PostgreSQL's text cannot hold NUL, which a mail may contain. */
function storable(text: string): string {
  return text.replaceAll('\0', '');
}
