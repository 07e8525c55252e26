import type { DynamicModule } from '@nestjs/common';
import { createSampleActivities, createSigningActivities, type SigningPorts } from '#activities/signing';
import { HealthRegistry } from '#libs/http';
import { createDataConverter, WorkerRunner } from '#libs/temporal';
import { taskQueues } from '#libs/domain';
import { sql } from 'kysely';
import type { SignerConfig } from './config.js';

/** The process that holds the CA key: a Temporal worker for signing, and nothing else. */
export class SignerModule {
  constructor(
    private readonly ports: SigningPorts,
    private readonly worker: WorkerRunner,
    private readonly health: HealthRegistry,
  ) {}

  static with(config: SignerConfig, ports: SigningPorts): DynamicModule {
    const worker = new WorkerRunner({
      address: config.temporalAddress,
      namespace: config.temporalNamespace,
      taskQueue: taskQueues.signing,
      dataConverter: createDataConverter(config.codecKeys),
      logger: ports.logger,
      activities: {
        ...createSigningActivities(ports),
        ...(config.env === 'production' ? {} : createSampleActivities(ports)),
      },
      // An attempt needs a connection; more of them would only wait for one, and their timeout runs meanwhile.
      options: { maxConcurrentActivityTaskExecutions: config.databasePoolSize },
    });
    return {
      module: SignerModule,
      providers: [
        { provide: WorkerRunner, useValue: worker },
        {
          provide: SignerModule,
          useFactory: (health: HealthRegistry) => new SignerModule(ports, worker, health),
          inject: [HealthRegistry],
        },
      ],
    };
  }

  onModuleInit(): void {
    this.health.register('postgres', () => sql`select 1`.execute(this.ports.db));
    this.health.register('temporal', () => this.worker.check());
  }

  /** Last of all, when the worker has drained. */
  async onApplicationShutdown(): Promise<void> {
    await this.ports.db.destroy();
  }
}
