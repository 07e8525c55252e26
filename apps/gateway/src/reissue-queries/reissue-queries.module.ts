import { Module } from '@nestjs/common';
import { GatewayDependencies } from '../dependencies.js';
import { CertificateDownload } from './certificate-download.js';
import { ReissueQueriesController } from './reissue-queries.controller.js';
import { ReissueReader } from './reissue-reader.js';

@Module({
  controllers: [ReissueQueriesController],
  providers: [
    {
      provide: ReissueReader,
      inject: [GatewayDependencies],
      useFactory: ({ queries, clock }: GatewayDependencies) => new ReissueReader(queries, clock),
    },
    {
      provide: CertificateDownload,
      inject: [GatewayDependencies, ReissueReader],
      useFactory: ({ queries, clock }: GatewayDependencies, reader: ReissueReader) =>
        new CertificateDownload(queries, reader, clock),
    },
  ],
  exports: [ReissueReader],
})
export class ReissueQueriesModule {}
