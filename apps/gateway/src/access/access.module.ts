import { Global, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Metrics } from '#libs/observability';
import { registerAdmissionMetrics } from '../admission/admission-metrics.js';
import { Admission } from '../admission/admission.js';
import { RequestIds } from '../calls/request-ids.js';
import type { GatewayConfig } from '../config.js';
import { GatewayDependencies } from '../dependencies.js';
import { AccessCheck } from './access-check.js';
import { AccessRevocations } from './access-revocations.js';
import { AccessTokens } from './access-tokens.js';
import { ApiKeys } from './api-keys.js';
import { CallLimits, type CallRates, type LimitedCall } from './call-limits.js';
import { CrossOrigin } from './cross-origin.js';
import { SessionCookie } from './session-cookie.js';

const providers = [
  {
    provide: Admission,
    inject: [GatewayDependencies, Metrics],
    useFactory: ({ config }: GatewayDependencies, { registry }: Metrics) => {
      const admission = new Admission({ targetMs: config.admissionTargetMs, maxCalls: config.callsMax });
      registerAdmissionMetrics(registry, admission);
      return admission;
    },
  },
  {
    provide: ApiKeys,
    inject: [GatewayDependencies],
    useFactory: ({ config }: GatewayDependencies) => new ApiKeys(config.apiKeys),
  },
  {
    provide: AccessTokens,
    inject: [GatewayDependencies],
    useFactory: ({ config }: GatewayDependencies) =>
      new AccessTokens(config.tokenKey, config.tokenPublicKeys?.keys),
  },
  {
    provide: RequestIds,
    inject: [GatewayDependencies],
    useFactory: ({ config }: GatewayDependencies) => new RequestIds(config.idKey),
  },
  {
    provide: SessionCookie,
    inject: [GatewayDependencies],
    useFactory: ({ config }: GatewayDependencies) => new SessionCookie(config.env !== 'development'),
  },
  {
    provide: AccessRevocations,
    inject: [GatewayDependencies],
    useFactory: ({ queries, config, clock }: GatewayDependencies) =>
      new AccessRevocations({
        revoke: queries.revokeAccess,
        afterEndMs: config.tokenAfterEndMs,
        clock,
      }),
  },
  {
    provide: CallLimits,
    inject: [GatewayDependencies, RequestIds],
    useFactory: ({ queries, config, clock }: GatewayDependencies, ids: RequestIds) =>
      new CallLimits(queries.useLimits, ids, (kind) => ratesOf(config, kind), clock),
  },
];

const accessCheck = {
  provide: AccessCheck,
  inject: [
    ...[GatewayDependencies, Admission, ApiKeys, AccessTokens, AccessRevocations, SessionCookie, RequestIds],
    HttpAdapterHost,
  ],
  useFactory: (
    { queries }: GatewayDependencies,
    admission: Admission,
    apiKeys: ApiKeys,
    tokens: AccessTokens,
    revocations: AccessRevocations,
    cookie: SessionCookie,
    ids: RequestIds,
    host: HttpAdapterHost,
  ) =>
    new AccessCheck(
      { stateOf: queries.callStateOf, admission, apiKeys, tokens, revocations, cookie, ids },
      host,
    ),
};

const crossOrigin = {
  provide: CrossOrigin,
  inject: [GatewayDependencies, ApiKeys, HttpAdapterHost],
  useFactory: ({ config }: GatewayDependencies, apiKeys: ApiKeys, host: HttpAdapterHost) =>
    new CrossOrigin(config.apiOrigins, apiKeys, host),
};

/** Who may call, and how often: needed by the guard of every feature. */
@Global()
@Module({
  providers: [...providers, accessCheck, crossOrigin],
  exports: providers.map(({ provide }) => provide),
})
export class AccessModule {}

const ratesOf = (config: GatewayConfig, kind: LimitedCall): CallRates =>
  ({
    start: { address: config.limitAddressStarts, device: config.limitDeviceStarts },
    transfer: { address: config.limitAddressTransfers, device: config.limitDeviceTransfers },
    call: { address: config.limitAddressCalls, device: config.limitDeviceCalls },
  })[kind];
