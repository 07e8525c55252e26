import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { createDatabase, type Database } from '#libs/db';
import type { Clock } from '#libs/domain';
import type { HealthRegistry } from '#libs/http';
import { connectTemporalClient, createDataConverter, type TemporalClient } from '#libs/temporal';
import { sql } from 'kysely';
import type { Config } from './config.js';

/** What every part of the app works with, opened once and closed last; also its injection token. */
export class Dependencies implements OnModuleInit, OnApplicationShutdown {
  readonly db: Database;
  readonly temporal: TemporalClient;
  readonly clock: Clock = () => new Date();

  constructor(
    readonly config: Config,
    private readonly health: HealthRegistry,
  ) {
    this.db = createDatabase({
      url: config.databaseUrl,
      max: config.databasePoolSize,
      applicationName: 'reseal-ops',
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
  }

  /** Calls still running have ended by now: this runs after the server was closed. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([this.db.destroy(), this.temporal.close()]);
  }
}
