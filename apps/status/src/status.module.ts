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

/** More than any request takes that we answer; a signed one carries certificates. */
const largestRequest = 16 * 1024;

/** Tells the status of certificates, from the database and with keys of its own: the signer need not run. */
@Module({})
export class StatusModule {
  static with(
    config: StatusConfig,
    around: { readonly clock: Clock; readonly logger: Logger },
  ): DynamicModule {
    const parts = new StatusServices(config, around);
    const { db, issuers, cache, shelf, restores } = parts;
    const answers = new OcspAnswers({
      ...around,
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
        { provide: CrlCache, useValue: shelf },
        { provide: RootCrls, useValue: new RootCrls((keyId) => latestRootCrl(db, keyId)) },
        { provide: CrlArchive, useValue: new CrlArchive(db) },
        { provide: OcspAnswers, useValue: answers },
        { provide: HttpCaching, useValue: new HttpCaching(config, around.clock) },
        {
          provide: StatusServices,
          inject: [HealthRegistry, Metrics],
          useFactory: (health: HealthRegistry, { registry }: Metrics) => {
            // Not PostgreSQL: without it CRLs are still handed out, and nobody else could answer OCSP either.
            health.register('issuers', () => issuers.check());
            health.register('crls', () => parts.checkCrls());
            health.registerGate('clock', parts.clocks.require);
            registerClockMetrics(parts.clocks, registry);
            registerStatusMetrics({ ...parts, clock: around.clock }, registry);
            return parts;
          },
        },
      ],
    };
  }
}

/** Lets the app take bodies of OCSP requests; to be given to the bootstrap as `configure`. */
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
