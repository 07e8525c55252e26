import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { CallState } from '#libs/db/reissues';
import { admitBeforeBody, bearerToken, clientAddress, idempotencyKeyPattern } from '#libs/http';
import type { FastifyRequest } from 'fastify';
import type { Admission } from '../admission/admission.js';
import type { RequestIds } from '../calls/request-ids.js';
import { problem } from '../problems.js';
import type { AccessRevocations } from './access-revocations.js';
import type { AccessTokens } from './access-tokens.js';
import type { ApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import type { SessionCookie } from './session-cookie.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether {@link AccessCheck} checks the calls of this route. */
    needsAccess?: boolean;
    /** The route of a step, which is part of the ids of its calls. */
    stepRoute?: string;
  }
}

const deviceIdPattern = idempotencyKeyPattern;
/** Longer values of the header User-Agent are cut. */
const maxAgentLength = 512;

interface AccessCheckDependencies {
  readonly stateOf: (reissueId: string, updateId: string) => Promise<CallState>;
  readonly admission: Pick<Admission, 'requireRoom'>;
  readonly apiKeys: ApiKeys;
  readonly tokens: AccessTokens;
  readonly revocations: Pick<AccessRevocations, 'isRevoked'>;
  readonly cookie: SessionCookie;
  readonly ids: Pick<RequestIds, 'device' | 'updateId'>;
}

/**
 * Checks the access of a call. Each call needs a known `X-Api-Key`, and each POST an `Idempotency-Key`. A call on a
 * reissue needs the token of that reissue (RFC 6750), sent by the front end that started it.
 *
 * The bank's own page has its token in a cookie. Pages of other sites cannot use the cookie, because they cannot send the
 * header `X-Api-Key`. The database is queried only for a valid token: the token may be revoked, or its reissue may have
 * ended. The same statement reads what the call needs to know about its reissue. All checks happen before the body is read,
 * so that the body of a refused call costs nothing.
 */
export class AccessCheck implements OnModuleInit {
  constructor(
    private readonly dependencies: AccessCheckDependencies,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    admitBeforeBody(this.host, async (request) => {
      if (request.routeOptions.config.needsAccess) request.caller = await this.callerOf(request);
    });
  }

  /** The caller. @throws ProblemError if the call is not allowed */
  async callerOf(request: FastifyRequest): Promise<Caller> {
    const apiKeyName = this.dependencies.apiKeys.nameOf(header(request, 'x-api-key'));
    if (apiKeyName === undefined) throw problem('unknown-api-key');

    const idempotencyKey = header(request, 'idempotency-key');
    if (request.method === 'POST' && !idempotencyKeyPattern.test(idempotencyKey))
      throw problem('idempotency-key-required');

    const { admittedAs } = request.routeOptions.config;
    if (admittedAs) this.dependencies.admission.requireRoom(admittedAs);

    const { id } = request.params as { readonly id?: string };
    const state = id === undefined ? undefined : await this.open(request, id, apiKeyName, idempotencyKey);

    const agent = header(request, 'user-agent').slice(0, maxAgentLength);
    const device = this.deviceOf(request);
    const origin = { address: clientAddress(request), agent, ...(device === undefined ? {} : { device }) };
    return { apiKeyName, idempotencyKey, origin, ...(state ? { state } : {}) };
  }

  /** The keyed digest of the header X-Device-Id, if the client sends one. */
  private deviceOf(request: FastifyRequest): string | undefined {
    const deviceId = header(request, 'x-device-id');
    if (deviceId === '') return undefined;
    if (deviceIdPattern.test(deviceId)) return this.dependencies.ids.device(deviceId);
    const message = {
      ko: '인쇄 가능한 문자 16~128자여야 합니다',
      en: 'must be 16 to 128 printable characters',
    };
    throw problem('invalid-request', { errors: [{ parameter: 'X-Device-Id', in: 'header', message }] });
  }

  /** Opens a reissue with the token of the request, and reads what is stored about it and the call. */
  private async open(
    request: FastifyRequest,
    reissueId: string,
    apiKeyName: string,
    idempotencyKey: string,
  ): Promise<CallState> {
    const { stateOf, tokens, revocations, cookie, ids } = this.dependencies;
    const token = bearerToken(request) ?? cookie.tokenOf(request);
    const access = token === undefined ? undefined : await tokens.open(token);
    if (!access) throw invalidToken();
    if (access.reissueId !== reissueId || access.apiKeyName !== apiKeyName) throw problem('not-your-reissue');
    const { stepRoute } = request.routeOptions.config;
    const state = await stateOf(reissueId, stepRoute ? ids.updateId(stepRoute, idempotencyKey) : '');
    if (revocations.isRevoked(state)) throw invalidToken();
    return state;
  }
}

const invalidToken = () => problem('invalid-token', { headers: { 'www-authenticate': 'Bearer' } });

const header = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};
