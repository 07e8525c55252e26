import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ocspMediaTypes } from '#libs/ca';
import { edgeProblem } from '#libs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpCaching, sendCacheable } from '../cacheable.js';
import { OcspAnswers, type OcspReply } from './ocsp-answers.js';

/** OCSP over HTTP (RFC 6960 appendix A). An error is an OCSP answer, too: its HTTP status is 200. */
@Controller('ocsp')
export class OcspController {
  constructor(
    @Inject(OcspAnswers) private readonly answers: OcspAnswers,
    @Inject(HttpCaching) private readonly caching: HttpCaching,
  ) {}

  @Post()
  @HttpCode(200)
  async post(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    // Other media types that the framework takes come as something else.
    if (body && !Buffer.isBuffer(body)) throw edgeProblem('unsupported-media-type');
    return plain(reply, await this.answers.answer(Buffer.isBuffer(body) ? body : Buffer.alloc(0)));
  }

  @Get('*')
  async get(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const answer = await this.answers.answer(requestIn(request.url));
    if (!answer.cacheable) return plain(reply, answer);
    const { etag, thisUpdate, nextUpdate } = answer.cacheable;
    return sendCacheable(request, reply, {
      body: answer.body,
      mediaType: ocspMediaTypes.response,
      etag,
      lastModified: thisUpdate,
      maxAgeMs: this.caching.ofOcsp(nextUpdate),
      expires: nextUpdate,
    });
  }
}

/** An answer for the one who asked. That nobody keeps it is said for every answer by default. */
function plain(reply: FastifyReply, { body }: OcspReply): Buffer {
  void reply.header('content-type', ocspMediaTypes.response);
  return body;
}

/** The base64 in the path, however much of it is escaped; nothing if it is none. */
function requestIn(url: string): Buffer {
  const [path = ''] = url.split('?', 1);
  try {
    const base64 = decodeURIComponent(path.replace(/^\/ocsp\//, ''));
    return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
