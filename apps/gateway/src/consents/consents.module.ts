import { Module } from '@nestjs/common';
import { CallLimits } from '../access/call-limits.js';
import { CallsInFlight } from '../calls/calls-in-flight.js';
import { CallsModule } from '../calls/calls.module.js';
import { ReceivedCalls } from '../calls/received-calls.js';
import { RequestIds } from '../calls/request-ids.js';
import { GatewayDependencies } from '../dependencies.js';
import { ReissueQueriesModule } from '../reissue-queries/reissue-queries.module.js';
import { ReissueReader } from '../reissue-queries/reissue-reader.js';
import { ConsentsController } from './consents.controller.js';
import { Consents } from './consents.js';

@Module({
  imports: [CallsModule, ReissueQueriesModule],
  controllers: [ConsentsController],
  providers: [
    {
      provide: Consents,
      inject: [GatewayDependencies, RequestIds, ReissueReader, CallLimits, ReceivedCalls],
      useFactory: (
        { queries, withdrawConsent, config }: GatewayDependencies,
        ids: RequestIds,
        reader: ReissueReader,
        limits: CallLimits,
        received: ReceivedCalls,
      ) =>
        new Consents({
          ...{ queries, ids, reader, limits, received },
          inFlight: new CallsInFlight(config.callsPerReissue),
          withdraw: withdrawConsent,
        }),
    },
  ],
})
export class ConsentsModule {}
