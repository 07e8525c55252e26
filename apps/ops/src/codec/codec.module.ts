import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Module,
  Options,
  Post,
  Req,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { Payload } from '@temporalio/common';
import { reissueIdOf } from '#libs/domain';
import { bearerToken, ConfigureRoute, Documented } from '#libs/http';
import { createPayloadCodec, isEncrypted } from '#libs/temporal';
import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import { Public, Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { recordAct } from '../audit/audited-act.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';

/** Largest body in bytes: Temporal's UI sends many payloads at once. */
const maxBodyBytes = 4 * 1024 * 1024;

const base64 = z.base64();
const payloadSchema = z.looseObject({
  metadata: z.record(z.string(), base64).optional(),
  data: base64.optional(),
});
const payloadsSchema = z
  .object({ payloads: z.array(payloadSchema).max(10_000) })
  .meta({ id: 'TemporalPayloads' });
type Payloads = z.output<typeof payloadsSchema>;
type JsonPayload = Payloads['payloads'][number];

/** Cookie with the access token of a person who opened Temporal's UI from the console. */
const codecCookie = 'reseal_codec';

/** The prefix `__Host-` prevents other hosts from setting the cookie. It needs TLS, so development has a plain name. */
const cookieFor = (env: string) => ({
  name: env === 'development' ? codecCookie : `__Host-${codecCookie}`,
  attributes: ['Path=/', 'HttpOnly', 'SameSite=Strict', ...(env === 'development' ? [] : ['Secure'])],
});

/** How long browsers cache the CORS preflight, in seconds. */
const preflightLifetime = '600';

/**
 * Decodes payloads for Temporal's UI (its remote codec protocol) for operators and auditors. Every read is recorded with
 * the workflows concerned.
 */
@Controller('codec')
class CodecController {
  constructor(private readonly dependencies: OpsDependencies) {}

  @Options('decode')
  @HttpCode(204)
  @Public()
  @ApiExcludeEndpoint()
  preflight(): Response {
    return new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, x-namespace, authorization-extras',
        'access-control-max-age': preflightLifetime,
      },
    });
  }

  /** The console calls this before it links to Temporal's UI. */
  @Post('session')
  @HttpCode(204)
  @Roles('operator', 'auditor')
  @Documented(
    'beginDecoding',
    'Allow Temporal’s UI in this browser to decode payloads until the token expires',
    {
      204: 'The cookie is set',
    },
  )
  begin(@Req() request: FastifyRequest): Response {
    return this.withCookie(bearerToken(request) ?? '');
  }

  @Delete('session')
  @HttpCode(204)
  @Roles('operator', 'auditor')
  @Documented('endDecoding', 'Stop Temporal’s UI in this browser from decoding payloads', {
    204: 'The cookie is removed',
  })
  end(): Response {
    return this.withCookie('', 'Max-Age=0');
  }

  @Post('decode')
  @HttpCode(200)
  @ConfigureRoute({ bodyLimit: maxBodyBytes })
  @Roles('operator', 'auditor')
  @Documented('decodePayloads', 'Decode payloads of a workflow’s history for Temporal’s UI', {
    200: payloadsSchema,
  })
  async decode(
    @CallingStaff() staff: Staff,
    @Body({ schema: payloadsSchema }) { payloads }: Payloads,
  ): Promise<Response> {
    const given = payloads.map(toPayload);
    const encrypted = given.filter(isEncrypted);
    const decoded = encrypted.length === 0 ? [] : await this.decodeRecorded(staff, encrypted);
    const next = decoded.values();
    // Temporal writes some payloads unencrypted, such as those of markers: they are returned unchanged, and not recorded.
    const shown = given.map((payload) => (isEncrypted(payload) ? next.next().value! : payload));
    return new Response(JSON.stringify({ payloads: shown.map(toJson) }), {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
  }

  /** Decoding authenticates the workflow id of a payload. Before it succeeds, the id is only the caller's claim. */
  private async decodeRecorded(staff: Staff, encrypted: Payload[]): Promise<Payload[]> {
    const workflows = [...new Set(encrypted.flatMap(workflowOf))];
    const record = (outcome: 'DONE' | 'REFUSED', about: Record<string, unknown>) =>
      recordAct(this.dependencies, staff, {
        ...{ action: 'decodePayloads', outcome },
        details: { payloads: encrypted.length, ...about },
      });
    const codec = createPayloadCodec(this.dependencies.config.codecKeys);
    const decoded = await codec.decode(encrypted).catch(async (error: unknown) => {
      await record('REFUSED', { claimedWorkflows: workflows });
      throw opsProblem('invalid-request', {
        cause: error,
        detail: {
          ko: '이 페이로드는 해독할 수 없습니다. 바뀌었거나 우리 것이 아닙니다.',
          en: 'A payload cannot be decoded: it was altered, or was not encrypted by Reseal.',
        },
      });
    });
    const [reissueId] = workflows.length === 1 ? workflows.flatMap((id) => reissueIdOf(id) ?? []) : [];
    await record('DONE', { workflows, ...(reissueId ? { reissueId } : {}) });
    return decoded;
  }

  /** The cookie is HttpOnly and SameSite=Strict: scripts cannot read it, and calls from other sites do not send it. */
  private withCookie(token: string, ...more: string[]): Response {
    const { name, attributes } = cookieFor(this.dependencies.config.env);
    return new Response(null, {
      status: 204,
      headers: { 'set-cookie': [`${name}=${token}`, ...attributes, ...more].join('; ') },
    });
  }
}

/** The workflow id that a payload claims. */
function workflowOf({ metadata }: Payload): string[] {
  const id = metadata?.['workflow-id'];
  return id ? [Buffer.from(id).toString()] : [];
}

const toPayload = ({ metadata = {}, data = '' }: JsonPayload): Payload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
  ),
  data: Buffer.from(data, 'base64'),
});

const toJson = ({ metadata, data }: Payload): JsonPayload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? '').toString('base64'),
});

/**
 * Allows the origin of Temporal's UI, and no other, to read responses (problems included) and to send the token in a
 * cookie, because the UI sends tokens only over TLS.
 */
@Module({ controllers: [CodecController] })
export class CodecModule implements NestModule {
  constructor(private readonly dependencies: OpsDependencies) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(this.allowTemporalUi).forRoutes(CodecController);
  }

  private readonly allowTemporalUi = (
    { headers }: IncomingMessage,
    response: ServerResponse,
    next: () => void,
  ) => {
    const { temporalUiUrl, env } = this.dependencies.config;
    response.setHeader('vary', 'origin');
    // Browsers set the header Origin themselves; a page cannot forge it.
    if (temporalUiUrl !== undefined && headers.origin === new URL(temporalUiUrl).origin) {
      response.setHeader('access-control-allow-origin', headers.origin);
      response.setHeader('access-control-allow-credentials', 'true');
      const token = cookieIn(headers.cookie, cookieFor(env).name);
      if (token !== undefined) headers.authorization ??= `Bearer ${token}`;
    }
    next();
  };
}

function cookieIn(header = '', wanted: string): string | undefined {
  const cookies = header.split('; ').map((cookie) => cookie.split('='));
  return cookies.find(([name]) => name === wanted)?.[1];
}
