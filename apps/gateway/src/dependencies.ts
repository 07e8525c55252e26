import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { ClockWatch } from '#libs/clock';
import { createDatabase, type Database } from '#libs/db';
import { NotReady, type HealthRegistry } from '#libs/http';
import type { Logger } from '#libs/observability';
import { restorePending, RestoreWatch } from '#libs/restore';
import { connectTemporalClient, createDataConverter, type TemporalClient } from '#libs/temporal';
import { sql } from 'kysely';
import type { GatewayConfig } from './config.js';
import type { EventListener } from './events/event-listener.js';

/** What the gateway depends on, opened once and closed last. */
export class GatewayDependencies implements OnModuleInit, OnApplicationShutdown {
  readonly db: Database;
  readonly temporal: TemporalClient;
  readonly restores: RestoreWatch;
  readonly clocks: ClockWatch;

  constructor(
    config: GatewayConfig,
    private readonly health: HealthRegistry,
    private readonly listener: EventListener,
    logger: Pick<Logger, 'info' | 'warn'>,
  ) {
    this.db = createDatabase({
      url: config.databaseUrl,
      max: config.databasePoolSize,
      applicationName: 'reseal-gateway',
    });
    this.restores = new RestoreWatch({ db: this.db, logger });
    const { clockToleranceMs: toleranceMs } = config;
    this.clocks = new ClockWatch({ db: this.db, clock: () => new Date(), toleranceMs });
    this.temporal = connectTemporalClient({
      address: config.temporalAddress,
      namespace: config.temporalNamespace,
      dataConverter: createDataConverter(config.codecKeys),
    });
  }

  async onModuleInit(): Promise<void> {
    this.health.registerGate('clock', this.clocks.require);
    this.health.register('postgres', () => sql`select 1`.execute(this.db));
    this.health.register('temporal', () => this.temporal.check());
    this.health.register('events', () => this.listener.check());
    this.health.register('restore', () => {
      if (this.restores.pending) throw new NotReady(restorePending);
    });
    this.restores.start();
    await this.clocks.start();
  }

  /** Calls still running have ended by now: this runs after the server was closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.restores.stop();
    this.clocks.stop();
    await Promise.allSettled([this.db.destroy(), this.temporal.close()]);
  }
}
