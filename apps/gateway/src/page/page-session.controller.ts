import { Controller, Delete, Get, Inject, Injectable, Put, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { bearerOf } from '../access/access.guard.js';
import { AccessTokens } from '../access/access-tokens.js';
import { ApiKeys } from '../access/api-keys.js';
import { sessionCookie, sessionToken } from '../access/session-cookie.js';
import { problem } from '../problems.js';

@Injectable()
export class PageSettings {
  constructor(
    readonly apiKey: string,
    /** Whether cookies go over TLS only. */
    readonly secure: boolean,
  ) {}
}

/**
 * The reissue page's session: the access token in a cookie that scripts cannot read, so that the page, closed and
 * opened again, goes on with its reissue.
 */
@ApiExcludeController()
@Controller('page/session')
export class PageSessionController {
  constructor(
    @Inject(PageSettings) private readonly settings: PageSettings,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(ApiKeys) private readonly apiKeys: ApiKeys,
  ) {}

  /** As whom the page calls, and which reissue it has open. */
  @Get()
  async show(@Req() request: FastifyRequest): Promise<Response> {
    const { apiKey } = this.settings;
    const access = await this.tokens.open(sessionToken(request) ?? '');
    const ours = access?.apiKeyName === this.apiKeys.nameOf(apiKey);
    return Response.json(
      { apiKey, reissueId: ours ? access?.reissueId : null },
      { headers: { 'cache-control': 'no-store' } },
    );
  }

  /** Keeps the token of a reissue that the page has just started. */
  @Put()
  async open(@Req() request: FastifyRequest): Promise<Response> {
    this.requirePage(request);
    const token = bearerOf(request) ?? '';
    if (!(await this.tokens.open(token))) throw problem('invalid-token');
    return this.answer(token);
  }

  @Delete()
  close(@Req() request: FastifyRequest): Response {
    this.requirePage(request);
    return this.answer(undefined);
  }

  /** No page of another site can send this header. */
  private requirePage({ headers }: FastifyRequest): void {
    if (headers['x-api-key'] !== this.settings.apiKey) throw problem('unknown-api-key');
  }

  private answer(token: string | undefined): Response {
    const cookie = sessionCookie(token, this.settings.secure);
    return new Response(null, { status: 204, headers: { 'set-cookie': cookie } });
  }
}
