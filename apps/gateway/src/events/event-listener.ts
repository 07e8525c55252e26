import { EventEmitter } from 'node:events';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { describeError } from '#libs/observability';
import pg from 'pg';

const channel = 'reseal_event';
const firstDelayMs = 250;
const longestDelayMs = 5_000;

/**
 * One connection of this process that hears of every new event (`NOTIFY reseal_event`, the payload is the reissue's
 * id) and tells those who wait for that reissue. It connects again by itself; what may have been missed meanwhile is
 * told to everybody, who look for themselves.
 */
@Injectable()
export class EventListener implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(EventListener.name);
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly stopped = new AbortController();
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private delayMs = firstDelayMs;
  private connected = false;

  constructor(private readonly databaseUrl: string) {}

  onModuleInit(): void {
    void this.connect();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  /** Rejects while nothing would be heard; for readiness. */
  check(): void {
    if (!this.connected) throw new Error('not listening for events');
  }

  /** Calls `wake` whenever there may be new events of the reissue, until the answer is called. */
  subscribe(reissueId: string, wake: () => void): () => void {
    this.emitter.on(reissueId, wake);
    return () => this.emitter.off(reissueId, wake);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: 'reseal-gateway-events',
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', ({ payload }) => payload && this.emitter.emit(payload));
    client.on('error', () => undefined); // it is followed by `end`
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      client.end().catch(() => undefined);
      return this.connectLater(error);
    }
    client.once('end', () => this.connectLater());
    if (this.delayMs > firstDelayMs) this.logger.log('listening for events again');
    this.connected = true;
    this.delayMs = firstDelayMs;
    for (const reissueId of this.emitter.eventNames()) this.emitter.emit(reissueId);
  }

  private connectLater(error?: unknown): void {
    if (this.stopped.signal.aborted) return;
    if (this.connected || this.delayMs === firstDelayMs)
      this.logger.warn({ err: error ? describeError(error) : undefined }, 'not listening for events');
    this.connected = false;
    this.timer = setTimeout(() => void this.connect(), this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, longestDelayMs);
  }
}
