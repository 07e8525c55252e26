import { Module } from '@nestjs/common';
import { CallLimits } from '../access/call-limits.js';
import { CallsInFlight } from '../calls/calls-in-flight.js';
import { CallsModule } from '../calls/calls.module.js';
import { Envelopes } from '../calls/envelopes.js';
import { ReceivedCalls } from '../calls/received-calls.js';
import { RequestIds } from '../calls/request-ids.js';
import { GatewayDependencies } from '../dependencies.js';
import { VidChecksController } from './vid-checks.controller.js';
import { VidCheckCalls } from './vid-checks.js';

@Module({
  imports: [CallsModule],
  controllers: [VidChecksController],
  providers: [
    {
      provide: VidCheckCalls,
      inject: [GatewayDependencies, RequestIds, CallLimits, ReceivedCalls, Envelopes],
      useFactory: (
        { queries, checkVid, config, clock }: GatewayDependencies,
        ids: RequestIds,
        limits: CallLimits,
        received: ReceivedCalls,
        envelopes: Envelopes,
      ) =>
        new VidCheckCalls({
          ...{ ids, limits, received, envelopes, clock },
          find: queries.findVidCheck,
          isIssued: queries.isIssued,
          inFlight: new CallsInFlight(config.callsPerReissue),
          check: checkVid,
        }),
    },
  ],
})
export class VidChecksModule {}
