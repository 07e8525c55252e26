import { Module } from '@nestjs/common';
import { AccessTokens } from '../access/access-tokens.js';
import { CallLimits } from '../access/call-limits.js';
import { GatewayDependencies } from '../dependencies.js';
import { Admission } from '../admission/admission.js';
import { ReissueQueriesModule } from '../reissue-queries/reissue-queries.module.js';
import { ReissueReader } from '../reissue-queries/reissue-reader.js';
import { CallsInFlight } from './calls-in-flight.js';
import { Envelopes } from './envelopes.js';
import { ReceivedCalls } from './received-calls.js';
import { ReissueCalls } from './reissue-calls.js';
import { RequestIds } from './request-ids.js';
import { StartConsentCheck } from './start-consent-check.js';
import { StartController } from './start.controller.js';
import { stepControllers } from './step-controllers.js';

/** Start and steps of a reissue. */
@Module({
  imports: [ReissueQueriesModule],
  controllers: [StartController, ...stepControllers],
  providers: [
    {
      provide: ReceivedCalls,
      inject: [GatewayDependencies],
      useFactory: ({ queries, clock }: GatewayDependencies) => new ReceivedCalls(queries, clock),
    },
    {
      provide: Envelopes,
      inject: [GatewayDependencies],
      useFactory: ({ config }: GatewayDependencies) => new Envelopes(config.vaultPublicKeys.keys),
    },
    {
      provide: ReissueCalls,
      inject: [
        ...[GatewayDependencies, RequestIds, ReissueReader, AccessTokens],
        ...[Admission, CallLimits, ReceivedCalls, Envelopes],
      ],
      useFactory: (
        { queries, workflows, terms, config, clock }: GatewayDependencies,
        ids: RequestIds,
        reader: ReissueReader,
        tokens: AccessTokens,
        admission: Admission,
        limits: CallLimits,
        received: ReceivedCalls,
        envelopes: Envelopes,
      ) =>
        new ReissueCalls({
          ...{ ids, reader, tokens, admission, limits, received, envelopes, clock },
          workflows: measured(workflows, admission),
          stateOf: queries.callStateOf,
          findStep: queries.findStep,
          inFlight: new CallsInFlight(config.callsPerReissue),
          consents: new StartConsentCheck(terms, clock),
        }),
    },
  ],
  exports: [ReceivedCalls, Envelopes],
})
export class CallsModule {}

/** The workflows, with the admission measuring how long their steps take. */
const measured = (
  workflows: GatewayDependencies['workflows'],
  admission: Pick<Admission, 'measure'>,
): GatewayDependencies['workflows'] => ({
  start: (message) => admission.measure(message.kind, () => workflows.start(message)),
  send: (reissueId, message, progress) =>
    admission.measure(message.kind, () => workflows.send(reissueId, message, progress)),
});
