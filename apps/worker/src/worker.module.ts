import { setTimeout as pause } from 'node:timers/promises';
import { Module, type DynamicModule } from '@nestjs/common';
import type { PasswordHashing } from '#activities/password';
import type { Sequencer } from '#libs/audit-log';
import type { Database } from '#libs/db';
import { registerRelayMetrics, type EventRelay } from '#libs/events';
import { HealthRegistry } from '#libs/http';
import { Metrics, type Logger } from '#libs/observability';
import { WorkerRunner, type TemporalClient } from '#libs/temporal';
import { registerWebhookMetrics, type WebhookDispatcher } from '#libs/webhooks';
import { sql } from 'kysely';
import { registerHashingMetrics } from './hashing-metrics.js';
import { registerSequencerMetrics } from './sequencer-metrics.js';
import { ProviderCircuits } from './provider-circuits.js';
import { ensureSchedules } from './schedules.js';

/** What the process is made of; the class is its injection token. */
export class ProcessParts {
  constructor(
    readonly runner: WorkerRunner,
    readonly relay: EventRelay,
    readonly sequencer: Sequencer,
    readonly dispatcher: WebhookDispatcher | undefined,
    readonly temporal: TemporalClient,
    readonly db: Database,
    readonly logger: Logger,
    readonly circuits: ProviderCircuits,
    readonly hashing: PasswordHashing,
  ) {}
}

/** Drains the Temporal worker, then the relay, and last closes what both of them use. */
@Module({})
export class WorkerModule {
  private readonly stopping = new AbortController();

  constructor(
    private readonly parts: ProcessParts,
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
  ) {}

  static with(parts: ProcessParts): DynamicModule {
    return {
      module: WorkerModule,
      providers: [
        { provide: ProcessParts, useValue: parts },
        { provide: WorkerRunner, useValue: parts.runner },
      ],
    };
  }

  onApplicationBootstrap(): void {
    const { runner, relay, sequencer, dispatcher, temporal, db, circuits, hashing } = this.parts;
    this.health.register('temporal-worker', () => runner.check());
    this.health.register('temporal', () => temporal.check());
    this.health.register('postgres', () => sql`select 1`.execute(db));
    registerRelayMetrics(relay, this.metrics.registry);
    registerSequencerMetrics(sequencer, db, this.metrics.registry);
    if (dispatcher) registerWebhookMetrics(dispatcher, db, this.metrics.registry);
    registerHashingMetrics(hashing, this.metrics.registry);
    circuits.register(this.metrics.registry);
    relay.start();
    sequencer.start();
    dispatcher?.start();
    void this.scheduleWhenReachable();
  }

  async onApplicationShutdown(): Promise<void> {
    const { relay, sequencer, dispatcher, temporal, db } = this.parts;
    this.stopping.abort();
    // First: what the drained worker wrote last is still to be sequenced, and then published.
    await sequencer.stop();
    await relay.stop();
    await dispatcher?.stop();
    await temporal.close();
    await db.destroy();
  }

  private async scheduleWhenReachable(): Promise<void> {
    const { temporal, logger } = this.parts;
    while (!this.stopping.signal.aborted) {
      try {
        await ensureSchedules(temporal.client);
        return;
      } catch (error) {
        logger.warn({ err: error }, 'schedules cannot be made yet');
        await pause(2_000, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
