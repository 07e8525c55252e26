import type { DynamicModule } from '@nestjs/common';
import { createSampleActivities, createSigningActivities, type SigningPorts } from '#activities/signing';
import type { Database } from '#libs/db';
import { HealthRegistry } from '#libs/http';
import { createDataConverter, WorkerRunner } from '#libs/temporal';
import { taskQueues } from '#libs/domain';
import { sql } from 'kysely';
import type { SignerConfig } from './config.js';

/** The process that holds the CA key: a Temporal worker for signing, and nothing else. */
export class SignerModule {
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
          provide: Dependencies,
          useFactory: (health: HealthRegistry) => new Dependencies(ports.db, worker, health),
          inject: [HealthRegistry],
        },
      ],
    };
  }
}

/** What the signer cannot work without: watched while it runs, closed when the worker has drained. */
class Dependencies {
  constructor(
    private readonly db: Database,
    worker: WorkerRunner,
    health: HealthRegistry,
  ) {
    health.register('postgres', () => sql`select 1`.execute(db));
    health.register('temporal', () => worker.check());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.db.destroy();
  }
}
