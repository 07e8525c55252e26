import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ocspMediaTypes } from '#libs/ca';
import { edgeProblem } from '#libs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpCaching, sendCacheable } from '../cacheable.js';
import { OcspAnswers, type OcspReply } from './ocsp-answers.js';

/** OCSP over HTTP (RFC 6960 appendix A). OCSP error responses also have the HTTP status 200. */
@Controller('ocsp')
export class OcspController {
  constructor(
    private readonly answers: OcspAnswers,
    private readonly caching: HttpCaching,
  ) {}

  // Any path below the address is accepted, because some clients append a slash.
  @Post(['', '*'])
  @HttpCode(200)
  async post(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    // The framework parses other media types to other values than a Buffer.
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

/** A response that is not cached: `no-store` is the default of all responses. */
function plain(reply: FastifyReply, { body }: OcspReply): Buffer {
  void reply.header('content-type', ocspMediaTypes.response);
  return body;
}

/**
 * The request in the path of a GET (RFC 6960 appendix A.1): base64 or base64url, with or without padding, and percent-encoded
 * in part, wholly or twice. Leading slashes come from addresses that end with one. Empty if the path has no base64.
 */
function requestIn(url: string): Buffer {
  const [path = ''] = url.split('?', 1);
  try {
    const text = unescape(unescape(path.slice(prefix.length)));
    // A plus sign that an intermediary decoded to a space.
    const base64 = text.replace(/^\/+/, '').replaceAll(' ', '+');
    return /^[\w+/-]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}

const prefix = '/ocsp/';
const unescape = decodeURIComponent;
