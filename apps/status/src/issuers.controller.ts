import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { edgeProblem } from '#libs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, sendCacheable } from './cacheable.js';
import { Issuers } from './issuers.js';

const dayMs = 86_400_000;

/** Certificates of issuing CAs, for whoever has a certificate but not its issuer (RFC 5280 section 4.2.2.1). */
@Controller('ca')
export class IssuersController {
  constructor(@Inject(Issuers) private readonly issuers: Issuers) {}

  @Get(':file')
  async certificate(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const keyId = /^([0-9a-f]{1,64})\.crt$/.exec(file)?.[1];
    const issuer = await this.issuers
      .find((candidate) => candidate.keyId === keyId)
      .catch((error: unknown) => {
        throw edgeProblem('unavailable', { headers: { 'retry-after': '5' } }, error);
      });
    if (!issuer) throw edgeProblem('not-found');
    const { certificate, activatedAt } = issuer;
    return sendCacheable(request, reply, {
      body: certificate,
      mediaType: 'application/pkix-cert',
      etag: etagOf(certificate),
      lastModified: activatedAt,
      datesDiffer: true,
      maxAgeMs: dayMs,
    });
  }
}
