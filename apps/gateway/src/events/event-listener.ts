import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { NotificationListener } from '#libs/db';

/**
 * Listens for new events on one database connection (`NOTIFY reseal_event`, with the id of the reissue as payload) and
 * wakes the subscribers of that reissue. After a lost connection it wakes all subscribers, because events may have been
 * missed.
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

  /** Throws while the connection is lost; for readiness. */
  check(): void {
    this.listener.check();
  }

  /** Calls `wake` each time the reissue may have new events. @returns a function that unsubscribes */
  subscribe(reissueId: string, wake: () => void): () => void {
    this.emitter.on(reissueId, wake);
    return () => this.emitter.off(reissueId, wake);
  }
}
