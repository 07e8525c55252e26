import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { createDatabase, type Database } from '#libs/db';
import type { HealthRegistry } from '#libs/http';
import { connectTemporalClient, createDataConverter, type TemporalClient } from '#libs/temporal';
import { sql } from 'kysely';
import type { Config } from './config.js';
import type { EventListener } from './events/event-listener.js';

/** What the gateway depends on, opened once and closed last. */
export class Dependencies implements OnModuleInit, OnApplicationShutdown {
  readonly db: Database;
  readonly temporal: TemporalClient;

  constructor(
    config: Config,
    private readonly health: HealthRegistry,
    private readonly listener: EventListener,
  ) {
    this.db = createDatabase({
      url: config.databaseUrl,
      max: config.databasePoolSize,
      applicationName: 'reseal-gateway',
    });
    this.temporal = connectTemporalClient({
      address: config.temporalAddress,
      namespace: config.temporalNamespace,
      dataConverter: createDataConverter(config.codecKeys),
    });
  }

  onModuleInit(): void {
    this.health.register('postgres', () => sql`select 1`.execute(this.db));
    this.health.register('temporal', () => this.temporal.check());
    this.health.register('events', () => this.listener.check());
  }

  /** Calls still running have ended by now: this runs after the server was closed. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([this.db.destroy(), this.temporal.close()]);
  }
}
