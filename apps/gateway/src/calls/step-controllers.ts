import { Body, Controller, HttpCode, Param, Post, UseInterceptors, type Type } from '@nestjs/common';
import { ConfigureRoute } from '#libs/http';
import { WithAccess } from '../access/access.guard.js';
import { FromCaller, type Caller } from '../access/caller.js';
import { DocumentedEndpoint } from '../openapi/documented-endpoint.js';
import { SendCallResponse, type CallResponse } from './call-response.js';
import { ReissueCalls } from './reissue-calls.js';
import { stepKinds, stepRoute, steps, type StepBody, type StepKind } from './steps.js';

/** A controller for each step: `POST /v1/reissues/:id/<path of the step>`. */
export const stepControllers: Type[] = stepKinds.map(stepController);

function stepController(kind: StepKind): Type {
  const { path, body: schema, response } = steps[kind];

  @Controller('v1/reissues/:id')
  @WithAccess()
  @UseInterceptors(SendCallResponse)
  class StepController {
    constructor(private readonly calls: ReissueCalls) {}

    @Post(path)
    @HttpCode(200)
    @ConfigureRoute({ stepRoute: stepRoute(kind), admittedAs: 'step' })
    @DocumentedEndpoint(kind, { 200: response.schema, 202: response.schema })
    run(
      @FromCaller() caller: Caller,
      @Param('id') id: string,
      @Body({ schema }) body: StepBody<StepKind>,
    ): Promise<CallResponse> {
      return this.calls.runStep(caller, id, kind, body);
    }
  }
  return StepController;
}
