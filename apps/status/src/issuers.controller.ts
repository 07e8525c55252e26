import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { edgeProblem } from '#libs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, HttpCaching, sendCacheable } from './cacheable.js';
import { Issuers } from './issuers.js';
import { RootCrls } from './root-crls.js';

const dayMs = 86_400_000;

/** Certificates of CAs (RFC 5280 section 4.2.2.1), and the root's CRL, at the addresses that certificates carry. */
@Controller('ca')
export class IssuersController {
  constructor(
    @Inject(Issuers) private readonly issuers: Issuers,
    @Inject(RootCrls) private readonly rootCrls: RootCrls,
    @Inject(HttpCaching) private readonly caching: HttpCaching,
  ) {}

  @Get(':file')
  async file(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const [, keyId = '', kind] = /^([0-9a-f]{1,64})\.(crt|crl)$/.exec(file) ?? [];
    const found = await (kind === 'crl' ? this.crlOf(keyId) : this.certificateOf(keyId)).catch(
      (error: unknown) => {
        throw edgeProblem('unavailable', { headers: { 'retry-after': '5' } }, error);
      },
    );
    if (!found) throw edgeProblem('not-found');
    return sendCacheable(request, reply, found);
  }

  private async certificateOf(keyId: string) {
    const issuer = await this.issuers.find((each) => each.keyId === keyId || each.rootKeyId === keyId);
    if (!issuer) return undefined;
    const body = issuer.keyId === keyId ? issuer.certificate : issuer.root;
    return {
      body,
      mediaType: 'application/pkix-cert',
      etag: etagOf(body),
      lastModified: issuer.activatedAt,
      datesDiffer: true,
      maxAgeMs: dayMs,
    };
  }

  /** The CRL of a root: those of issuing CAs have shards, and addresses of their own. */
  private async crlOf(keyId: string) {
    if (!(await this.issuers.find(({ rootKeyId }) => rootKeyId === keyId))) return undefined;
    const crl = await this.rootCrls.newest(keyId);
    return (
      crl && {
        body: crl.der,
        mediaType: 'application/pkix-crl',
        etag: crl.etag,
        lastModified: crl.thisUpdate,
        datesDiffer: false, // two may be made in one second
        maxAgeMs: this.caching.ofCrl(crl.nextUpdate),
      }
    );
  }
}
