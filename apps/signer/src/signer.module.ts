import { directUrlOf } from '#libs/config';
import type { DynamicModule } from '@nestjs/common';
import { createPublicationActivities, type PublicationPorts } from '#activities/publication';
import { createSampleActivities, createSigningActivities, type SigningPorts } from '#activities/signing';
import type { OpenAuthorities } from '#libs/ca';
import { ClockWatch, registerClockMetrics } from '#libs/clock';
import type { RoleDatabase } from '#libs/db';
import { HealthRegistry, NotReady } from '#libs/http';
import { Metrics } from '#libs/observability';
import { detectRestoreByJournal, restorePending, RestoreWatch, waitUntilReconciled } from '#libs/restore';
import { createDataConverter, temporalServerOf, WorkerRunner } from '#libs/temporal';
import { taskQueues } from '#libs/domain';
import { sql } from 'kysely';
import { registerAuthorityMetrics } from './authority-metrics.js';
import { AuthorityWatch } from './authority-watch.js';
import { crlTimingOf, type SignerConfig } from './config.js';
import { registerCrlMetrics } from './crl-metrics.js';
import { CrlPublication } from './crl-publication.js';
import { publishRootCrl } from './root-crl.js';
import { registerAuthorities } from './register-authorities.js';

/** The ports of the activities, with issuing CAs that can be reloaded. */
type Ports = SigningPorts & { readonly authorities: OpenAuthorities };

/** The process that holds the CA key: a Temporal worker for signing, and nothing else. */
export class SignerModule {
  static with(config: SignerConfig, ports: Ports): DynamicModule {
    const { db, authorities, profile, clock, logger } = ports;
    const clocks = new ClockWatch({ db, clock, toleranceMs: config.clockToleranceMs });
    const watch = new AuthorityWatch({
      authorities,
      // A wrong clock would activate an issuing CA at a wrong time.
      register: async (found) => {
        clocks.requireCompared();
        await registerAuthorities(db, found, profile.crlShards, clock());
      },
      publishRootCrl: () => publishRootCrl(db, config.caDirectory),
      everyMs: config.caReloadMs,
      logger,
    });
    const restores = new RestoreWatch({ db, logger });
    const sound = onceSound(config, ports, restores);
    const publication = publicationPorts(config, ports);
    const crls = new CrlPublication(publication, {
      databaseUrl: directUrlOf(config),
      registered: async () => {
        await sound();
        await watch.registered();
      },
      admit: clocks.requireCompared,
      collectMs: config.crlCollectMs,
    });
    const worker = new WorkerRunner({
      ...temporalServerOf(config),
      taskQueue: taskQueues.signing,
      admit: clocks.requireCompared,
      dataConverter: createDataConverter(config.codecKeys),
      logger,
      activities: activitiesOf(config, ports, publication, async () => {
        await watch.registered();
        clocks.requireCompared();
        restores.require();
      }),
      before: sound,
      // Each attempt needs a connection: more attempts would wait for one while their timeout runs.
      options: { maxConcurrentActivityTaskExecutions: config.databasePoolSize },
    });
    return {
      module: SignerModule,
      providers: [
        { provide: ClockWatch, useValue: clocks },
        { provide: WorkerRunner, useValue: worker },
        {
          provide: Dependencies,
          useFactory: (health: HealthRegistry, { registry }: Metrics) => {
            registerAuthorityMetrics(authorities, registry, clock);
            registerCrlMetrics({ db, authorities, clock }, registry);
            health.registerGate('clock', clocks.require);
            registerClockMetrics(clocks, registry);
            return new Dependencies(db, watch, crls, worker, restores, health);
          },
          inject: [HealthRegistry, Metrics],
        },
      ],
    };
  }
}

function publicationPorts(config: SignerConfig, ports: Ports): PublicationPorts {
  const { db, authorities, profile, clock, logger, journal } = ports;
  const { statusUrl } = profile;
  const { backdateMs } = config;
  return { db, authorities, statusUrl, timing: crlTimingOf(config), clock, logger, journal, backdateMs };
}

/** Resolves when the database contains everything in the journals of all signers. */
function onceSound(
  { signerJournal }: SignerConfig,
  { db, clock, logger }: Ports,
  restores: RestoreWatch,
): (signal?: AbortSignal) => Promise<void> {
  const checks = signerJournal === undefined ? [] : [() => detectRestoreByJournal(db, signerJournal)];
  const stopping = new AbortController();
  let sound: Promise<void> | undefined;
  return (signal) => {
    signal?.addEventListener('abort', () => stopping.abort());
    return (sound ??= waitUntilReconciled(
      { db, process: 'signer', clock, logger },
      restores,
      checks,
      stopping.signal,
    ));
  };
}

/**
 * The activities, each of which first checks that the CA is registered, the clock is right, and no restored database
 * waits for its reconciliation.
 */
function activitiesOf(
  { env, backdateMs, weakKeys }: SignerConfig,
  ports: Ports,
  publication: PublicationPorts,
  ready: () => Promise<void>,
): object {
  const activities = {
    ...createSigningActivities({ ...ports, backdateMs, weakKeys }),
    ...createPublicationActivities(publication),
    ...(env === 'production' ? {} : createSampleActivities(ports)),
  };
  const gated = Object.entries(activities).map(([name, run]: [string, (request: never) => unknown]) => [
    name,
    async (request: never) => {
      await ready();
      return run(request);
    },
  ]);
  return Object.fromEntries(gated) as object;
}

/** The signer's resources: monitored while it runs, closed when the worker has drained. */
class Dependencies {
  constructor(
    private readonly db: RoleDatabase<'signer'>,
    private readonly watch: AuthorityWatch,
    private readonly crls: CrlPublication,
    worker: WorkerRunner,
    private readonly restores: RestoreWatch,
    health: HealthRegistry,
  ) {
    health.register('postgres', () => sql`select 1`.execute(db));
    health.register('restore', () => {
      if (restores.pending) throw new NotReady(restorePending);
    });
    health.register('temporal', () => worker.check());
  }

  onApplicationBootstrap(): void {
    this.restores.start();
    this.watch.start();
    this.crls.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.crls.stop();
    await this.watch.stop();
    await this.restores.stop();
    await this.db.destroy();
  }
}
