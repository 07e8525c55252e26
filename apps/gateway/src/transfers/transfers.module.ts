import { Module } from '@nestjs/common';
import { CallLimits } from '../access/call-limits.js';
import { RequestIds } from '../calls/request-ids.js';
import { GatewayDependencies } from '../dependencies.js';
import { TransfersController } from './transfers.controller.js';
import { Transfers } from './transfers.js';

@Module({
  controllers: [TransfersController],
  providers: [
    {
      provide: Transfers,
      inject: [GatewayDependencies, RequestIds, CallLimits],
      useFactory: ({ queries, config, clock }: GatewayDependencies, ids: RequestIds, limits: CallLimits) =>
        new Transfers({ store: queries.transfers, ids, limits, lifetimeMs: config.transferMs, clock }),
    },
  ],
})
export class TransfersModule {}
