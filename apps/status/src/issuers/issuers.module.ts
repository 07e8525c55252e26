import { Module } from '@nestjs/common';
import { latestRootCrl } from '#libs/db/crls';
import { StatusDependencies } from '../dependencies.js';
import { IssuersController } from './issuers.controller.js';
import { RootCrls } from './root-crls.js';

/** The certificates of CAs, and the CRLs of roots. */
@Module({
  controllers: [IssuersController],
  providers: [
    {
      provide: RootCrls,
      inject: [StatusDependencies],
      useFactory: ({ db }: StatusDependencies) => new RootCrls((keyId) => latestRootCrl(db, keyId)),
    },
  ],
})
export class IssuersModule {}
