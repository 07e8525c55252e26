import type { OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { ClockWatch } from '#libs/clock';
import { directUrlOf } from '#libs/config';
import { createDatabase, type RoleDatabase } from '#libs/db';
import { NotReady, type HealthRegistry } from '#libs/http';
import type { Logger } from '#libs/observability';
import { restorePending, RestoreWatch } from '#libs/restore';
import {
  connectTemporalClient,
  createDataConverter,
  temporalServerOf,
  type TemporalClient,
} from '#libs/temporal';
import { loadTerms } from '#libs/terms';
import { sql } from 'kysely';
import { ReissueWorkflows } from './calls/reissue-workflows.js';
import type { GatewayConfig } from './config.js';
import { withdrawalActivity } from './consents/withdrawal-activity.js';
import { EventListener } from './events/event-listener.js';
import { gatewayQueries, type GatewayQueries } from './queries.js';
import { vidCheckActivity } from './vid-checks/vid-check-activity.js';

/** The dependencies of the gateway's features, opened once and closed last. The class is also its injection token. */
export class GatewayDependencies implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly db: RoleDatabase<'gateway'>;
  readonly restores: RestoreWatch;
  readonly clocks: ClockWatch;
  readonly queries: GatewayQueries;
  readonly workflows: Pick<ReissueWorkflows, 'start' | 'send'>;
  readonly withdrawConsent: ReturnType<typeof withdrawalActivity>;
  readonly checkVid: ReturnType<typeof vidCheckActivity>;
  readonly listener: Pick<EventListener, 'subscribe'>;
  readonly terms = loadTerms();
  /** Aborts when the process closes. */
  readonly closing: AbortSignal;
  readonly clock = () => new Date();
  private readonly temporal: TemporalClient;
  private readonly events: EventListener;

  constructor(
    readonly config: GatewayConfig,
    readonly logger: Pick<Logger, 'info' | 'warn'>,
    private readonly health: HealthRegistry,
  ) {
    this.db = createDatabase<'gateway'>({
      url: config.databaseUrl,
      max: config.databasePoolSize,
      applicationName: 'reseal-gateway',
    });
    this.queries = gatewayQueries(this.db);
    this.events = new EventListener(directUrlOf(config));
    this.listener = this.events;
    this.closing = health.closing;
    this.restores = new RestoreWatch({ db: this.db, logger });
    const { clockToleranceMs: toleranceMs, callTimeoutMs } = config;
    this.clocks = new ClockWatch({ db: this.db, clock: this.clock, toleranceMs });
    this.temporal = connectTemporalClient({
      ...temporalServerOf(config),
      dataConverter: createDataConverter(config.codecKeys),
    });
    const { client } = this.temporal;
    this.workflows = new ReissueWorkflows(client, callTimeoutMs);
    this.withdrawConsent = withdrawalActivity(client, callTimeoutMs);
    this.checkVid = vidCheckActivity(client, callTimeoutMs);
  }

  async onModuleInit(): Promise<void> {
    this.health.registerGate('clock', this.clocks.require);
    this.health.register('postgres', () => sql`select 1`.execute(this.db));
    // Reads, downloads and streams work without Temporal; the other calls are answered with 503.
    this.health.register('temporal', () => this.temporal.check(), { required: false });
    this.health.register('events', () => this.events.check());
    this.health.register('restore', () => {
      if (this.restores.pending) throw new NotReady(restorePending);
    });
    this.events.start();
    this.restores.start();
    await this.clocks.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.events.stop();
  }

  /** Runs after the server was closed, so that no call is running any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.restores.stop();
    this.clocks.stop();
    await Promise.allSettled([this.db.destroy(), this.temporal.close()]);
  }
}
