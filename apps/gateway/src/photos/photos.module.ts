import { Module } from '@nestjs/common';
import { CallLimits } from '../access/call-limits.js';
import { CallsInFlight } from '../calls/calls-in-flight.js';
import { RequestIds } from '../calls/request-ids.js';
import { GatewayDependencies } from '../dependencies.js';
import { ReissueQueriesModule } from '../reissue-queries/reissue-queries.module.js';
import { ReissueReader } from '../reissue-queries/reissue-reader.js';
import { PhotoDecoder } from './photo-decoder.js';
import { PhotosController } from './photos.controller.js';
import { Photos } from './photos.js';
import { Uploads } from './uploads.js';

/** How many photos of one reissue may be uploaded at the same time. */
const uploadsPerReissue = 2;

@Module({
  imports: [ReissueQueriesModule],
  controllers: [PhotosController],
  providers: [
    {
      provide: Photos,
      inject: [GatewayDependencies, RequestIds, ReissueReader, CallLimits],
      useFactory: (
        { queries, config, logger, clock }: GatewayDependencies,
        ids: RequestIds,
        reader: ReissueReader,
        limits: CallLimits,
      ) => {
        const decoder = new PhotoDecoder();
        logger.info({ uid: decoder.user?.uid ?? process.getuid?.() }, 'photos are decoded as this user');
        return new Photos({
          ...{ ids, reader, limits, decoder, clock },
          store: queries.photos,
          inFlight: new CallsInFlight(uploadsPerReissue),
          uploads: new Uploads({ perAddress: config.uploadsPerAddress, bytes: config.uploadMemoryBytes }),
          vaultKey: config.vaultPublicKeys.keys[0]!,
        });
      },
    },
  ],
})
export class PhotosModule {}
