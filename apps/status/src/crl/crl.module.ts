import { Module } from '@nestjs/common';
import { StatusDependencies } from '../dependencies.js';
import { CrlCache } from './crl-cache.js';
import { CrlArchive, CrlController } from './crl.controller.js';

/** The CRLs of issuing CAs. */
@Module({
  controllers: [CrlController],
  providers: [
    { provide: CrlCache, inject: [StatusDependencies], useFactory: ({ crls }: StatusDependencies) => crls },
    {
      provide: CrlArchive,
      inject: [StatusDependencies],
      useFactory: ({ db }: StatusDependencies) => new CrlArchive(db),
    },
  ],
})
export class CrlModule {}
