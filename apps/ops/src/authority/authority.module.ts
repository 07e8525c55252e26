import { createHash } from 'node:crypto';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { knownIssuers } from '#libs/db/certificates';
import { shardsOf } from '#libs/db/crls';
import { staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { OpsDependencies } from '../dependencies.js';

const timestamp = z.iso.datetime();

const crl = z
  .object({
    shard: z.int(),
    number: z.int().nullable().describe('null if none was published yet'),
    thisUpdate: timestamp.nullable(),
    nextUpdate: timestamp.nullable(),
    entries: z.int().nullable(),
    pending: z.boolean().describe('Whether it does not show the newest status of a certificate yet'),
  })
  .meta({ id: 'AuthorityCrl' });

const generation = z
  .object({
    issuer: z.string(),
    keyId: z.string().describe('Subject key identifier, hexadecimal'),
    sha256: z.string().describe('SHA-256 of the certificate, hexadecimal'),
    activatedAt: timestamp,
    retiredAt: timestamp
      .nullable()
      .describe('Since when it signs CRLs only; null while it signs certificates'),
    notAfter: timestamp,
    crls: z.array(crl),
  })
  .meta({ id: 'AuthorityGeneration' });

const authority = z
  .object({ generations: z.array(generation).describe('Issuing CAs, newest first') })
  .meta({ id: 'Authority' });
type ShownAuthority = z.output<typeof authority>;

@Injectable()
class Authority {
  constructor(private readonly dependencies: OpsDependencies) {}

  async show(): Promise<ShownAuthority> {
    const { db } = this.dependencies;
    const issuers = await knownIssuers(db);
    const crls = Map.groupBy(
      await shardsOf(
        db,
        issuers.map(({ subject }) => subject),
      ),
      ({ issuer }) => issuer,
    );
    const text = (time: Date | null) => time?.toISOString() ?? null;
    return {
      generations: issuers
        .toSorted((one, other) => other.activated_at.getTime() - one.activated_at.getTime())
        .map((row) => ({
          issuer: row.subject,
          keyId: row.key_id,
          sha256: createHash('sha256').update(row.certificate).digest('hex'),
          activatedAt: row.activated_at.toISOString(),
          retiredAt: text(row.retired_at),
          notAfter: row.not_after.toISOString(),
          crls: (crls.get(row.subject) ?? []).map(
            ({ shard, number, thisUpdate, nextUpdate, entries, pending }) => ({
              ...{ shard, entries, pending },
              number: number === null ? null : Number(number),
              thisUpdate: text(thisUpdate),
              nextUpdate: text(nextUpdate),
            }),
          ),
        })),
    };
  }
}

@Controller('v1/authority')
@Roles(...staffRoles)
class AuthorityController {
  constructor(private readonly authority: Authority) {}

  @Get()
  @Documented('getAuthority', 'Get the issuing CAs and their current CRLs', { 200: authority })
  show(): Promise<ShownAuthority> {
    return this.authority.show();
  }
}

/** The issuing CAs: generations, their ends, and the age of their CRLs. */
@Module({ controllers: [AuthorityController], providers: [Authority] })
export class AuthorityModule {}
