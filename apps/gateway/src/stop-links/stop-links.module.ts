import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { stopLinkAnswerSchema, stopLinkRequestSchema, type StopLinkAnswer } from '#libs/contracts';
import type { z } from 'zod';
import { WithAccess } from '../access/access.guard.js';
import { CallLimits } from '../access/call-limits.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { CallsInFlight } from '../calls/calls-in-flight.js';
import { RequestIds } from '../calls/request-ids.js';
import { GatewayDependencies } from '../dependencies.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { StopLinks } from './stop-links.js';

@Controller('v1/stop-links')
@WithAccess()
class StopLinksController {
  constructor(private readonly links: StopLinks) {}

  @Post()
  @HttpCode(200)
  @DocumentedEndpoint('answerStopLink', { 200: stopLinkAnswerSchema })
  answer(
    @FromCaller() caller: Caller,
    @Body({ schema: stopLinkRequestSchema }) request: z.output<typeof stopLinkRequestSchema>,
  ): Promise<StopLinkAnswer> {
    return this.links.answer(caller, request);
  }
}

/** The links by which customers stop a reissue that is not their own. */
@Module({
  controllers: [StopLinksController],
  providers: [
    {
      provide: StopLinks,
      inject: [GatewayDependencies, RequestIds, CallLimits],
      useFactory: (
        { queries, workflows, config }: GatewayDependencies,
        ids: RequestIds,
        limits: CallLimits,
      ) =>
        new StopLinks({
          ...{ ids, limits, workflows },
          stateOf: queries.callStateOf,
          inFlight: new CallsInFlight(config.callsPerReissue),
        }),
    },
  ],
})
export class StopLinksModule {}
