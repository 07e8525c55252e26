import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { HealthRegistry } from '#libs/http';
import { sql } from 'kysely';
import { SandboxClock } from './clock.js';
import { SandboxConfig } from './config.js';
import { openSandboxDatabase, SandboxDatabase } from './database.js';
import { sandboxFeatures } from './features.js';
import { BankRegistry } from './people/bank-registry.js';
import { ProviderListener } from './tls/provider-listener.js';
import { SampleCertificates } from './people/sample-certificates.js';

/** In bytes; enough for the photo of a document in base64. */
export const largestBody = 8 * 1024 * 1024;

/** Settings and connections of the sandbox. */
interface SandboxDependencies {
  config: SandboxConfig;
  registry: BankRegistry;
  certificates: SampleCertificates;
  clock?: SandboxClock;
}

/** The simulated outside world. */
@Module({})
export class SandboxModule {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly registry: BankRegistry,
    private readonly certificates: SampleCertificates,
    private readonly health: HealthRegistry,
  ) {}

  static with({
    config,
    registry,
    certificates,
    clock = new SandboxClock(),
  }: SandboxDependencies): DynamicModule {
    const { databaseUrl, databasePoolSize } = config.values;
    const given = <T>(provide: Type<T> | (abstract new () => T), useValue: T) => ({ provide, useValue });
    return {
      module: SandboxModule,
      global: true,
      imports: [...sandboxFeatures],
      providers: [
        ProviderListener,
        given(SandboxClock, clock),
        given(SandboxConfig, config),
        given(BankRegistry, registry),
        given(SampleCertificates, certificates),
        {
          provide: SandboxDatabase,
          useFactory: () => openSandboxDatabase(databaseUrl, databasePoolSize),
        },
      ],
      exports: [SandboxClock, SandboxConfig, BankRegistry, SampleCertificates, SandboxDatabase],
    };
  }

  onModuleInit(): void {
    this.health.register('postgres', () => sql`select 1`.execute(this.database));
  }

  /** Closes the connections last, when no request can use them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.database.destroy(), this.registry.close(), this.certificates.close()]);
  }
}
