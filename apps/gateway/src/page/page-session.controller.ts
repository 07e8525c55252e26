import { Controller, Delete, Get, Put, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from '#libs/http';
import { AccessRevocations } from '../access/access-revocations.js';
import { AccessTokens, type Access } from '../access/access-tokens.js';
import { ApiKeys } from '../access/api-keys.js';
import { SessionCookie } from '../access/session-cookie.js';
import { problem } from '../problems.js';

/** The front end that the page is: its API key, which anyone who opens the page can read. */
export class PageSettings {
  constructor(readonly apiKey: string) {}
}

/**
 * The reissue page's session: the access token in a cookie that scripts cannot read, so that the page, closed and
 * opened again, goes on with its reissue.
 */
@ApiExcludeController()
@Controller('page/session')
export class PageSessionController {
  constructor(
    private readonly settings: PageSettings,
    private readonly tokens: AccessTokens,
    private readonly revocations: AccessRevocations,
    private readonly cookie: SessionCookie,
    private readonly apiKeys: ApiKeys,
  ) {}

  /** As whom the page calls, and which reissue it has open. */
  @Get()
  async show(@Req() request: FastifyRequest): Promise<Response> {
    const { apiKey } = this.settings;
    const access = await this.accessOf(request);
    return Response.json(
      { apiKey, reissueId: access?.reissueId ?? null },
      { headers: { 'cache-control': 'no-store' } },
    );
  }

  /** Keeps the token of a reissue that the page has just started. */
  @Put()
  async open(@Req() request: FastifyRequest): Promise<Response> {
    this.requirePage(request);
    const token = bearerToken(request) ?? '';
    if (!(await this.tokens.open(token))) throw problem('invalid-token');
    return this.answer(token);
  }

  /** Signs out: the token opens nothing any more, wherever else it may be. */
  @Delete()
  async close(@Req() request: FastifyRequest): Promise<Response> {
    this.requirePage(request);
    const access = await this.accessOf(request);
    if (access) await this.revocations.revoke(access.reissueId);
    return this.answer(undefined);
  }

  /** What the page's cookie opens, if it is of a reissue that the page has started. */
  private async accessOf(request: FastifyRequest): Promise<Access | undefined> {
    const access = await this.tokens.open(this.cookie.tokenOf(request) ?? '');
    return access?.apiKeyName === this.apiKeys.nameOf(this.settings.apiKey) ? access : undefined;
  }

  /** No page of another site can send this header. */
  private requirePage({ headers }: FastifyRequest): void {
    if (headers['x-api-key'] !== this.settings.apiKey) throw problem('unknown-api-key');
  }

  private answer(token: string | undefined): Response {
    return new Response(null, { status: 204, headers: { 'set-cookie': this.cookie.setting(token) } });
  }
}
