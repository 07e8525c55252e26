import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ocspMediaTypes } from '#libs/ca';
import { registerClockMetrics } from '#libs/clock';
import type { Clock } from '#libs/domain';
import { HealthRegistry } from '#libs/http';
import { Metrics, type Logger } from '#libs/observability';
import { HttpCaching } from './cacheable.js';
import type { StatusConfig } from './config.js';
import { StatusDependencies } from './dependencies.js';
import { statusFeatures } from './features.js';
import { Issuers } from './issuers/issuers.js';
import { registerStatusMetrics } from './status-metrics.js';

/** Size limit of requests in bytes; a signed request contains certificates. */
const largestRequest = 16 * 1024;

/** Serves the status of certificates from the database, with its own keys: the signer need not run. */
@Module({})
export class StatusModule {
  static with(
    config: StatusConfig,
    context: { readonly clock: Clock; readonly logger: Logger },
  ): DynamicModule {
    return {
      module: StatusModule,
      global: true,
      imports: [...statusFeatures],
      providers: [
        {
          provide: StatusDependencies,
          inject: [HealthRegistry, Metrics],
          useFactory: (health: HealthRegistry, { registry }: Metrics) => {
            const dependencies = new StatusDependencies(config, context);
            const { clocks, issuers } = dependencies;
            // PostgreSQL is not checked: without it CRLs are still served, and no other process could answer OCSP either.
            health.register('issuers', () => issuers.check());
            health.register('crls', () => dependencies.checkCrls());
            health.registerGate('clock', clocks.require);
            registerClockMetrics(clocks, registry);
            registerStatusMetrics(dependencies, registry);
            return dependencies;
          },
        },
        {
          provide: Issuers,
          inject: [StatusDependencies],
          useFactory: ({ issuers }: StatusDependencies) => issuers,
        },
        {
          provide: HttpCaching,
          inject: [StatusDependencies],
          useFactory: ({ config: limits, clock }: StatusDependencies) => new HttpCaching(limits, clock),
        },
      ],
      exports: [StatusDependencies, Issuers, HttpCaching],
    };
  }
}

/** Adds a parser for the bodies of OCSP requests; the `configure` option of the bootstrap. */
export function parseOcspRequestBodies(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(
      ocspMediaTypes.request,
      { parseAs: 'buffer', bodyLimit: largestRequest },
      (_request, body, done) => done(null, body),
    );
}
