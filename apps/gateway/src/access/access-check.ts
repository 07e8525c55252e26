import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { admitBeforeBody, bearerToken, clientAddress, idempotencyKeyPattern } from '#libs/http';
import type { FastifyRequest } from 'fastify';
import { RequestIds } from '../calls/request-ids.js';
import { problem } from '../problems.js';
import { AccessRevocations } from './access-revocations.js';
import { AccessTokens } from './access-tokens.js';
import { ApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import { SessionCookie } from './session-cookie.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether {@link AccessCheck} checks the calls of this route. */
    needsAccess?: boolean;
  }
}

const deviceIdPattern = idempotencyKeyPattern;
/** Longer values of the header User-Agent are cut. */
const maxAgentLength = 512;

/**
 * Checks the access of a call. Each call needs a known `X-Api-Key`, and each POST an `Idempotency-Key`. A call on a
 * reissue needs the token of that reissue (RFC 6750), sent by the front end that started it.
 *
 * The bank's own page has its token in a cookie. Pages of other sites cannot use the cookie, because they cannot send the
 * header `X-Api-Key`. The database is queried only for a valid token: the token may be revoked, or its reissue may have
 * ended. All checks happen before the body is read, so that the body of a refused call costs nothing.
 */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly tokens: AccessTokens,
    private readonly revocations: AccessRevocations,
    private readonly cookie: SessionCookie,
    private readonly ids: RequestIds,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    admitBeforeBody(this.host, async (request) => {
      if (request.routeOptions.config.needsAccess) request.caller = await this.callerOf(request);
    });
  }

  /** The caller. @throws ProblemError if the call is not allowed */
  async callerOf(request: FastifyRequest): Promise<Caller> {
    const apiKeyName = this.apiKeys.nameOf(header(request, 'x-api-key'));
    if (apiKeyName === undefined) throw problem('unknown-api-key');

    const idempotencyKey = header(request, 'idempotency-key');
    if (request.method === 'POST' && !idempotencyKeyPattern.test(idempotencyKey))
      throw problem('idempotency-key-required');

    const { id } = request.params as { readonly id?: string };
    if (id !== undefined)
      await this.requireToken(bearerToken(request) ?? this.cookie.tokenOf(request), id, apiKeyName);

    const agent = header(request, 'user-agent').slice(0, maxAgentLength);
    const device = this.deviceOf(request);
    const origin = { address: clientAddress(request), agent, ...(device === undefined ? {} : { device }) };
    return { apiKeyName, idempotencyKey, origin };
  }

  /** The keyed digest of the header X-Device-Id, if the client sends one. */
  private deviceOf(request: FastifyRequest): string | undefined {
    const deviceId = header(request, 'x-device-id');
    if (deviceId === '') return undefined;
    if (deviceIdPattern.test(deviceId)) return this.ids.device(deviceId);
    const message = {
      ko: '인쇄 가능한 문자 16~128자여야 합니다',
      en: 'must be 16 to 128 printable characters',
    };
    throw problem('invalid-request', { errors: [{ parameter: 'X-Device-Id', in: 'header', message }] });
  }

  private async requireToken(
    token: string | undefined,
    reissueId: string,
    apiKeyName: string,
  ): Promise<void> {
    const access = token === undefined ? undefined : await this.tokens.open(token);
    if (!access) throw invalidToken();
    if (access.reissueId !== reissueId || access.apiKeyName !== apiKeyName) throw problem('not-your-reissue');
    if (await this.revocations.isRevoked(reissueId)) throw invalidToken();
  }
}

const invalidToken = () => problem('invalid-token', { headers: { 'www-authenticate': 'Bearer' } });

const header = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
};
