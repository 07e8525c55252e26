import { Module } from '@nestjs/common';
import { StatusDependencies } from '../dependencies.js';
import { OcspAnswers } from './ocsp-answers.js';
import { OcspController } from './ocsp.controller.js';

/** The status of certificates by OCSP. */
@Module({
  controllers: [OcspController],
  providers: [
    {
      provide: OcspAnswers,
      inject: [StatusDependencies],
      useFactory: ({ config, db, issuers, cache, restores, clock, logger }: StatusDependencies) =>
        new OcspAnswers({
          db,
          issuers,
          cache,
          restores,
          validityMs: config.ocspValidityMs,
          unknownValidityMs: config.ocspMaxAgeMs,
          backdateMs: config.backdateMs,
          clock,
          logger,
        }),
    },
  ],
})
export class OcspModule {}
