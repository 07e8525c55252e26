import { directUrlOf } from '#libs/config';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { NotificationListener } from '#libs/db';
import { reissueIdPattern } from '#libs/domain';
import { HealthRegistry } from '#libs/http';
import { OpsDependencies } from '../dependencies.js';

export type ChangedKind = 'reissues' | 'certificates' | 'operations';
/** `undefined` means that changes may have been missed: load everything again. */
type ChangeListener = (change: { readonly of: ChangedKind; readonly id: string } | undefined) => void;

/** Listens for changes on one database connection of this process, and passes them to the open streams. */
@Injectable()
export class ChangeHub implements OnModuleInit, OnModuleDestroy {
  private readonly listeners = new Set<ChangeListener>();
  private readonly listener: NotificationListener;

  constructor(
    { config }: OpsDependencies,
    private readonly health: HealthRegistry,
  ) {
    const logger = new Logger(ChangeHub.name);
    this.listener = new NotificationListener({
      databaseUrl: directUrlOf(config),
      applicationName: 'reseal-ops-changes',
      channels: ['reseal_event', 'reseal_operation'],
      onNotification: (id, channel) => this.handleNotification(id, channel),
      onListening: () => this.publish(undefined),
      logger: { info: logger.log.bind(logger), warn: logger.warn.bind(logger) },
    });
  }

  onModuleInit(): void {
    this.health.register('changes', () => this.listener.check());
    this.listener.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.listener.stop();
  }

  /** Calls `listener` with every change until the returned function is called. */
  subscribe(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param id of an operation, or of a stream of events: a reissue, or a certificate by serial number */
  private handleNotification(id: string, channel: string): void {
    if (channel === 'reseal_operation') this.publish({ of: 'operations', id });
    else if (reissueIdPattern.test(id)) this.publish({ of: 'reissues', id });
    else if (/^[0-9a-f]{1,40}$/.test(id)) this.publish({ of: 'certificates', id });
  }

  private publish(change: Parameters<ChangeListener>[0]): void {
    for (const listener of this.listeners) listener(change);
  }
}
