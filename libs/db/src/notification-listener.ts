import type { Logger } from '#libs/observability';
import pg from 'pg';
import { createSession, type Session, type SessionOptions } from './session.js';

export interface ListenerOptions extends SessionOptions {
  /** NOTIFY channels. */
  readonly channels: readonly string[];
  onNotification(payload: string, channel: string): void;
  /** Listening has begun, or resumed. Earlier notifications were missed. */
  onListening?(): void;
  /** The connection was lost: notifications are missed from now on. */
  onLost?(): void;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

const firstDelayMs = 250;
const longestDelayMs = 5_000;

/** A connection that receives NOTIFY messages and reconnects when it is lost. */
export class NotificationListener {
  private client: Session | undefined;
  private timer: NodeJS.Timeout | undefined;
  private delayMs = firstDelayMs;
  private stopped = false;

  /** Whether notifications are received. */
  listening = false;

  constructor(private readonly options: ListenerOptions) {}

  /** Connects, and retries until it is stopped. */
  start(): void {
    void this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    this.listening = false;
    await client?.end().catch(() => undefined);
  }

  /** Throws while notifications would be missed; for readiness. */
  check(): void {
    if (!this.listening) throw new Error(`not listening to ${this.options.channels.join(', ')}`);
  }

  private async connect(): Promise<void> {
    const { options } = this;
    const client = createSession(options);
    this.client = client;
    client.on('notification', ({ payload = '', channel }) => options.onNotification(payload, channel));
    client.on('error', (error) => this.lose(client, error));
    client.once('end', () => this.lose(client));
    try {
      await client.open();
      for (const channel of options.channels) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      this.lose(client, error);
      return;
    }
    if (this.client !== client) return;
    if (this.delayMs > firstDelayMs) options.logger.info({ channels: options.channels }, 'listening again');
    this.delayMs = firstDelayMs;
    this.listening = true;
    options.onListening?.();
  }

  /** Gives up a connection, once, and opens another one after a delay. */
  private lose(client: Session, error?: unknown): void {
    if (this.client !== client || this.stopped) return;
    const { options } = this;
    this.client = undefined;
    clearTimeout(this.timer);
    client.end().catch(() => undefined);
    if (this.listening || this.delayMs === firstDelayMs)
      options.logger.warn({ channels: options.channels, err: error }, 'not listening');
    if (this.listening) {
      this.listening = false;
      options.onLost?.();
    }
    this.timer = setTimeout(() => void this.connect(), this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, longestDelayMs);
  }
}
