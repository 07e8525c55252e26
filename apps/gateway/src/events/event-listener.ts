import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { NotificationListener } from '#libs/db';

/**
 * One connection of this process that hears of every new event (`NOTIFY reseal_event`, the payload is the reissue's
 * id) and tells those who wait for that reissue. What may have been missed while it was lost is told to everybody,
 * who look for themselves.
 */
export class EventListener {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly listener: NotificationListener;

  constructor(databaseUrl: string) {
    const logger = new Logger(EventListener.name);
    this.listener = new NotificationListener({
      databaseUrl,
      applicationName: 'reseal-gateway-events',
      channels: ['reseal_event'],
      onNotification: (reissueId) => reissueId && this.emitter.emit(reissueId),
      onListening: () => {
        for (const reissueId of this.emitter.eventNames()) this.emitter.emit(reissueId);
      },
      logger: { info: logger.log.bind(logger), warn: logger.warn.bind(logger) },
    });
  }

  start(): void {
    this.listener.start();
  }

  async stop(): Promise<void> {
    await this.listener.stop();
  }

  /** Rejects while nothing would be heard; for readiness. */
  check(): void {
    this.listener.check();
  }

  /** Calls `wake` whenever there may be new events of the reissue, until the answer is called. */
  subscribe(reissueId: string, wake: () => void): () => void {
    this.emitter.on(reissueId, wake);
    return () => this.emitter.off(reissueId, wake);
  }
}
