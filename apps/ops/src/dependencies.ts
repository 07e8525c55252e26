import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { ClockWatch } from '#libs/clock';
import { createDatabase, type RoleDatabase } from '#libs/db';
import type { Clock } from '#libs/domain';
import type { HealthRegistry } from '#libs/http';
import {
  connectTemporalClient,
  createDataConverter,
  temporalServerOf,
  type TemporalClient,
} from '#libs/temporal';
import { sql } from 'kysely';
import type { OpsConfig } from './config.js';
import { Cursors } from './paging/cursor.js';

/** What all features of the app need: opened once, closed last, and its own injection token. */
export class OpsDependencies implements OnModuleInit, OnApplicationShutdown {
  readonly db: RoleDatabase<'ops'>;
  readonly temporal: TemporalClient;
  readonly clocks: ClockWatch;
  readonly cursors: Cursors;
  readonly clock: Clock = () => new Date();

  constructor(
    readonly config: OpsConfig,
    private readonly health: HealthRegistry,
  ) {
    this.db = createDatabase<'ops'>({
      url: config.databaseUrl,
      max: config.databasePoolSize,
      applicationName: 'reseal-ops',
    });
    this.cursors = new Cursors(config.codecKeys);
    const { clockToleranceMs: toleranceMs } = config;
    this.clocks = new ClockWatch({ db: this.db, clock: this.clock, toleranceMs });
    this.temporal = connectTemporalClient({
      ...temporalServerOf(config),
      dataConverter: createDataConverter(config.codecKeys),
    });
  }

  async onModuleInit(): Promise<void> {
    this.health.registerGate('clock', this.clocks.require);
    this.health.register('postgres', () => sql`select 1`.execute(this.db));
    // Reads, downloads and streams work without Temporal; the other calls are answered with 503.
    this.health.register('temporal', () => this.temporal.check(), { required: false });
    await this.clocks.start();
  }

  /** Runs after the server was closed, so no call is in progress. */
  async onApplicationShutdown(): Promise<void> {
    this.clocks.stop();
    await Promise.allSettled([this.db.destroy(), this.temporal.close()]);
  }
}
