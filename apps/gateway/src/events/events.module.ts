import { Module } from '@nestjs/common';
import { Metrics } from '#libs/observability';
import { GatewayDependencies } from '../dependencies.js';
import { ReissueQueriesModule } from '../reissue-queries/reissue-queries.module.js';
import { ReissueReader } from '../reissue-queries/reissue-reader.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { registerStreamMetrics } from './stream-metrics.js';

@Module({
  imports: [ReissueQueriesModule],
  controllers: [EventsController],
  providers: [
    {
      provide: EventStreams,
      inject: [GatewayDependencies, ReissueReader, Metrics],
      useFactory: (
        { queries, listener, closing, config }: GatewayDependencies,
        reader: ReissueReader,
        { registry }: Metrics,
      ) => {
        const streams = new EventStreams(queries.reissueEventsAfter, reader, listener, closing, config);
        registerStreamMetrics(registry, streams);
        return streams;
      },
    },
  ],
})
export class EventsModule {}
