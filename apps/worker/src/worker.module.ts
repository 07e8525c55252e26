import { setTimeout as delay } from 'node:timers/promises';
import { Module, type DynamicModule } from '@nestjs/common';
import type { ConnectedMailSender, NotificationOutbox } from '#activities/notification';
import type { PasswordHashing } from '#activities/password';
import { registerReissueMetrics } from '#activities/step';
import type { Sequencer } from '#libs/audit-log';
import { registerClockMetrics, type ClockWatch } from '#libs/clock';
import type { RoleDatabase } from '#libs/db';
import { registerRelayMetrics, type EventRelay } from '#libs/events';
import { HealthRegistry, NotReady } from '#libs/http';
import { Metrics, type Logger, type MetricsSource } from '#libs/observability';
import { restorePending, type RestoreWatch } from '#libs/restore';
import { WorkerRunner, type TemporalClient, ensureSchedules } from '#libs/temporal';
import { registerWebhookMetrics, type WebhookDispatcher } from '#libs/webhooks';
import { sql } from 'kysely';
import type { CustomerEvents } from './customer-events.js';
import { registerHashingMetrics } from './hashing-metrics.js';
import { registerNotificationMetrics } from './notification-metrics.js';
import { registerRestoreMetrics } from './restore-metrics.js';
import { registerSequencerMetrics } from './sequencer-metrics.js';
import type { WorkerDirectCalls } from './direct-calls.js';
import { ProviderCircuits } from './provider-circuits.js';
import type { ProviderMetrics } from './provider-metrics.js';
import { registerVersionMetrics } from './version-metrics.js';

/** The parts that the module runs. The class is its own injection token. */
export class ProcessDependencies {
  constructor(
    readonly runner: WorkerRunner,
    readonly relay: EventRelay,
    readonly sequencer: Sequencer,
    readonly customerEvents: CustomerEvents,
    readonly dispatcher: WebhookDispatcher | undefined,
    readonly outbox: NotificationOutbox,
    readonly mail: Pick<ConnectedMailSender, 'close'>,
    readonly temporal: TemporalClient,
    readonly db: RoleDatabase<'worker'>,
    readonly clocks: ClockWatch,
    readonly logger: Logger,
    readonly circuits: ProviderCircuits,
    readonly providerMetrics: ProviderMetrics,
    readonly directCalls: WorkerDirectCalls,
    readonly hashing: PasswordHashing,
    readonly restores: RestoreWatch,
    /** The metrics of the Temporal SDK. */
    readonly temporalMetrics: MetricsSource,
    /** Resolves when the checkpoints show that the database was not restored. Does not need Temporal. */
    readonly sound: (signal: AbortSignal) => Promise<void>,
  ) {}
}

/** Starts and stops the parts of the worker. It drains the Temporal worker, then the relay, then closes connections. */
@Module({})
export class WorkerModule {
  private readonly stopping = new AbortController();

  constructor(
    private readonly dependencies: ProcessDependencies,
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
  ) {}

  static with(dependencies: ProcessDependencies): DynamicModule {
    return {
      module: WorkerModule,
      providers: [
        { provide: ProcessDependencies, useValue: dependencies },
        { provide: WorkerRunner, useValue: dependencies.runner },
      ],
    };
  }

  async onModuleInit(): Promise<void> {
    const { clocks } = this.dependencies;
    this.health.registerGate('clock', clocks.require);
    registerClockMetrics(clocks, this.metrics.registry);
    await clocks.start();
  }

  onApplicationBootstrap(): void {
    const { runner, relay, sequencer, customerEvents, dispatcher, outbox, temporal, db } = this.dependencies;
    const { circuits, providerMetrics, directCalls, hashing, restores, temporalMetrics } = this.dependencies;
    this.health.register('temporal-worker', () => runner.check());
    this.health.register('temporal', () => temporal.check());
    this.health.register('postgres', () => sql`select 1`.execute(db));
    this.health.register('restore', () => {
      if (restores.pending) throw new NotReady(restorePending);
    });
    registerRestoreMetrics(restores, this.metrics.registry);
    registerRelayMetrics(relay, this.metrics.registry);
    registerSequencerMetrics(sequencer, db, this.metrics.registry);
    customerEvents.register(this.metrics.registry);
    if (dispatcher) registerWebhookMetrics(dispatcher, db, this.metrics.registry);
    registerNotificationMetrics(outbox, this.metrics.registry);
    registerVersionMetrics(temporal.client, this.metrics.registry);
    registerHashingMetrics(hashing, this.metrics.registry);
    registerReissueMetrics(this.metrics.registry);
    this.metrics.add(temporalMetrics);
    circuits.register(this.metrics.registry);
    providerMetrics.register(this.metrics.registry);
    directCalls.register(this.metrics.registry);
    restores.start();
    void this.publishWhenSound();
    void this.scheduleWhenReachable();
  }

  async onApplicationShutdown(): Promise<void> {
    const { relay, sequencer, customerEvents, dispatcher } = this.dependencies;
    const { outbox, mail, temporal, db, clocks, restores } = this.dependencies;
    this.stopping.abort();
    clocks.stop();
    await restores.stop();
    await customerEvents.stop();
    // First the sequencer, then the relay: the drained worker's last entries are sequenced and published.
    await sequencer.stop();
    await relay.stop();
    await dispatcher?.stop();
    await outbox.stop();
    mail.close();
    await temporal.close();
    await db.destroy();
  }

  /** Publishes nothing of a restored database before it is reconciled. */
  private async publishWhenSound(): Promise<void> {
    const { relay, sequencer, customerEvents, dispatcher, outbox, sound } = this.dependencies;
    await sound(this.stopping.signal);
    if (this.stopping.signal.aborted) return;
    relay.start();
    sequencer.start();
    customerEvents.start();
    dispatcher?.start();
    outbox.start();
  }

  private async scheduleWhenReachable(): Promise<void> {
    const { temporal, logger } = this.dependencies;
    while (!this.stopping.signal.aborted) {
      try {
        await ensureSchedules(temporal.client);
        return;
      } catch (error) {
        logger.warn({ err: error }, 'schedules cannot be created yet');
        await delay(2_000, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
