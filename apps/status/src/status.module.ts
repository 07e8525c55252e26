import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ocspMediaTypes } from '#libs/ca';
import { registerClockMetrics } from '#libs/clock';
import { latestRootCrl } from '#libs/db/crls';
import type { Clock } from '#libs/domain';
import { HealthRegistry } from '#libs/http';
import { Metrics, type Logger } from '#libs/observability';
import { HttpCaching } from './cacheable.js';
import type { StatusConfig } from './config.js';
import { CrlArchive, CrlController } from './crl/crl.controller.js';
import { CrlCache } from './crl/crl-cache.js';
import { Issuers } from './issuers.js';
import { IssuersController } from './issuers.controller.js';
import { RootCrls } from './root-crls.js';
import { OcspAnswers } from './ocsp/ocsp-answers.js';
import { OcspController } from './ocsp/ocsp.controller.js';
import { registerStatusMetrics } from './status-metrics.js';
import { StatusServices } from './status-services.js';

/** Size limit of requests in bytes; a signed request contains certificates. */
const largestRequest = 16 * 1024;

/** Serves the status of certificates from the database, with its own keys: the signer need not run. */
@Module({})
export class StatusModule {
  static with(
    config: StatusConfig,
    context: { readonly clock: Clock; readonly logger: Logger },
  ): DynamicModule {
    const services = new StatusServices(config, context);
    const { db, issuers, cache, crls, restores } = services;
    const answers = new OcspAnswers({
      ...context,
      db,
      issuers,
      cache,
      restores,
      validityMs: config.ocspValidityMs,
      unknownValidityMs: config.ocspMaxAgeMs,
      backdateMs: config.backdateMs,
    });
    return {
      module: StatusModule,
      controllers: [OcspController, CrlController, IssuersController],
      providers: [
        { provide: Issuers, useValue: issuers },
        { provide: CrlCache, useValue: crls },
        { provide: RootCrls, useValue: new RootCrls((keyId) => latestRootCrl(db, keyId)) },
        { provide: CrlArchive, useValue: new CrlArchive(db) },
        { provide: OcspAnswers, useValue: answers },
        { provide: HttpCaching, useValue: new HttpCaching(config, context.clock) },
        {
          provide: StatusServices,
          inject: [HealthRegistry, Metrics],
          useFactory: (health: HealthRegistry, { registry }: Metrics) => {
            // PostgreSQL is not checked: without it CRLs are still served, and no other process could answer OCSP either.
            health.register('issuers', () => issuers.check());
            health.register('crls', () => services.checkCrls());
            health.registerGate('clock', services.clocks.require);
            registerClockMetrics(services.clocks, registry);
            registerStatusMetrics({ ...services, clock: context.clock }, registry);
            return services;
          },
        },
      ],
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
