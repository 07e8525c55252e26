import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { edgeProblem } from '#libs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, HttpCaching, sendCacheable } from '../cacheable.js';
import { Issuers } from './issuers.js';
import { RootCrls } from './root-crls.js';

const dayMs = 86_400_000;

/** Serves certificates of CAs (RFC 5280 section 4.2.2.1) and the root's CRL at the addresses in certificates. */
@Controller('ca')
export class IssuersController {
  constructor(
    private readonly issuers: Issuers,
    private readonly rootCrls: RootCrls,
    private readonly caching: HttpCaching,
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

  /** The CRL of a root. CRLs of issuing CAs have shards and other addresses. */
  private async crlOf(keyId: string) {
    if (!(await this.issuers.find(({ rootKeyId }) => rootKeyId === keyId))) return undefined;
    const crl = await this.rootCrls.newest(keyId);
    return (
      crl && {
        body: crl.der,
        mediaType: 'application/pkix-crl',
        etag: crl.etag,
        lastModified: crl.thisUpdate,
        datesDiffer: false, // two can be made within a second
        maxAgeMs: this.caching.ofCrl(crl.nextUpdate),
      }
    );
  }
}
