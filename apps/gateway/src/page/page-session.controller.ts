import { Controller, Delete, Get, Put, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from '#libs/http';
import { AccessRevocations } from '../access/access-revocations.js';
import { AccessTokens, type Access } from '../access/access-tokens.js';
import { ApiKeys } from '../access/api-keys.js';
import { SessionCookie } from '../access/session-cookie.js';
import { problem } from '../problems.js';
import { PageSettings } from './page-settings.js';

/**
 * The session of the customers' page: the access token in a cookie that scripts cannot read. A page that is closed and
 * opened again continues its reissue.
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

  /** The API key of the page, and its open reissue. */
  @Get()
  async show(@Req() request: FastifyRequest): Promise<Response> {
    const { apiKey } = this.settings;
    const access = await this.accessOf(request);
    return Response.json(
      { apiKey, reissueId: access?.reissueId ?? null },
      { headers: { 'cache-control': 'no-store' } },
    );
  }

  /** Stores the token of a reissue that the page has just started. */
  @Put()
  async open(@Req() request: FastifyRequest): Promise<Response> {
    this.requirePage(request);
    const token = bearerToken(request) ?? '';
    if (!(await this.tokens.open(token))) throw problem('invalid-token');
    return this.answer(token);
  }

  /** Signs out: revokes the token, so that stored copies of it are invalid too, and deletes the cookie. */
  @Delete()
  async close(@Req() request: FastifyRequest): Promise<Response> {
    this.requirePage(request);
    const access = await this.accessOf(request);
    if (access) await this.revocations.revoke(access.reissueId);
    return this.answer(undefined);
  }

  /** The access that the page's cookie gives, if the page started that reissue. */
  private async accessOf(request: FastifyRequest): Promise<Access | undefined> {
    const access = await this.tokens.open(this.cookie.tokenOf(request) ?? '');
    return access?.apiKeyName === this.apiKeys.nameOf(this.settings.apiKey) ? access : undefined;
  }

  /** Refuses calls of other sites, whose pages cannot send this header. */
  private requirePage({ headers }: FastifyRequest): void {
    if (headers['x-api-key'] !== this.settings.apiKey) throw problem('unknown-api-key');
  }

  private answer(token: string | undefined): Response {
    return new Response(null, { status: 204, headers: { 'set-cookie': this.cookie.setting(token) } });
  }
}
