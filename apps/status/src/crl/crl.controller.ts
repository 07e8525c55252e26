import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { RoleDatabase } from '#libs/db';
import { crlByNumber } from '#libs/db/crls';
import { edgeProblem } from '#libs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { etagOf, HttpCaching, sendCacheable } from '../cacheable.js';
import { Issuers, type Issuer } from '../issuers/issuers.js';
import { CrlCache } from './crl-cache.js';

/** RFC 5280 section 4.2.1.13, RFC 2585 section 4. */
const mediaType = 'application/pkix-crl';
const yearMs = 365 * 86_400_000;

/** All published CRLs, including old ones. */
export class CrlArchive {
  constructor(private readonly db: RoleDatabase<'status'>) {}

  find(issuer: Issuer, shard: number, number: string) {
    return crlByNumber(this.db, issuer.subject, shard, number);
  }
}

/** Serves CRLs at the addresses in certificates. */
@Controller('crl/:keyId')
export class CrlController {
  constructor(
    private readonly issuers: Issuers,
    private readonly crls: CrlCache,
    private readonly archive: CrlArchive,
    private readonly caching: HttpCaching,
  ) {}

  /** The newest CRL of a shard. */
  @Get(':file')
  async newest(
    @Param('keyId') keyId: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const { issuer, shard } = await this.shardOf(keyId, numberIn(file));
    const crl = await this.crls.newest(issuer, shard).catch(unavailable);
    if (!crl) throw edgeProblem('not-found');
    return sendCacheable(request, reply, {
      body: crl.der,
      mediaType,
      etag: crl.etag,
      lastModified: crl.thisUpdate,
      datesDiffer: crl.datesDiffer,
      maxAgeMs: this.caching.ofCrl(crl.nextUpdate),
    });
  }

  /** A published CRL, by its number. */
  @Get(':shard/:file')
  async numbered(
    @Param('keyId') keyId: string,
    @Param('shard') shardText: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    const number = numberIn(file);
    const { issuer, shard } = await this.shardOf(keyId, number && /^\d{1,9}$/.exec(shardText)?.[0]);
    const crl = await this.archive.find(issuer, shard, number!).catch(unavailable);
    if (!crl) throw edgeProblem('not-found');
    return sendCacheable(request, reply, {
      body: crl.der,
      mediaType,
      etag: etagOf(crl.der),
      lastModified: crl.this_update,
      datesDiffer: true, // there is only one
      maxAgeMs: yearMs,
      immutable: true,
    });
  }

  private async shardOf(keyId: string, shardText: string | undefined) {
    const shard = Number(shardText);
    const issuer = await this.issuers.find((candidate) => candidate.keyId === keyId).catch(unavailable);
    if (!issuer || shardText === undefined || shard >= issuer.crlShards) throw edgeProblem('not-found');
    return { issuer, shard };
  }
}

/** `12` of `12.crl`. Leading zeros are refused, so that a CRL has only one address. */
const numberIn = (file: string) => /^(0|[1-9]\d{0,17})\.crl$/.exec(file)?.[1];

function unavailable(error: unknown): never {
  throw edgeProblem('unavailable', { headers: { 'retry-after': '5' } }, error);
}
