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

  // The request is in the body, wherever below the address it is sent: some clients append a slash to each address.
  @Post(['', '*'])
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
      // Another status may have been signed in the same second, here or by another process.
      datesDiffer: false,
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

/**
 * The request in the path of a GET (RFC 6960 appendix A.1): base64, or base64url, escaped in part, wholly or twice, padded or not.
 * Slashes before it come from addresses that end in one. Empty if there is no base64.
 */
function requestIn(url: string): Buffer {
  const [path = ''] = url.split('?', 1);
  try {
    const text = unescape(unescape(path.slice(prefix.length)));
    // A plus that was taken for an escaped space on the way.
    const base64 = text.replace(/^\/+/, '').replaceAll(' ', '+');
    return /^[\w+/-]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}

const prefix = '/ocsp/';
const unescape = decodeURIComponent;
