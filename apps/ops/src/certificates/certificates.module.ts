import { Controller, Get, Injectable, Module, Param, Query } from '@nestjs/common';
import { serialSchema } from '#libs/contracts';
import { operationsOn } from '#libs/db/audit';
import { certificateFile, listCertificates, type ListedCertificate } from '#libs/db/certificates';
import { latestCrl } from '#libs/db/crls';
import {
  bases,
  certificateActs,
  certificateStatusNames,
  outcomeOfAct,
  revocationReasons,
  staffRoles,
  certificateStatusOf,
} from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { auditedRead } from '../audit/audited-act.js';
import { OpsDependencies } from '../dependencies.js';
import { fileResponse } from '../file-response.js';
import { opsProblem } from '../problems.js';
import { contentOf, contentSchema, pemOf, publishedOf, publishedSchema } from './certificate-content.js';
import { customerRefSchema } from '../reissues/filter.js';
import { operationOnTarget } from '../reissues/schemas.js';
import { showOperationOnTarget } from '../reissues/show-reissue.js';

const timestamp = z.iso.datetime();

const certificateShape = {
  serial: z.string().describe('Hexadecimal, lower case'),
  standing: z.enum(certificateStatusNames),
  customerRef: z.string().nullable().describe('Pseudonym of the customer'),
  reissueId: z.string().nullable().describe('The reissue that issued the certificate'),
  issuer: z.string(),
  profile: z.string(),
  policy: z.string(),
  basis: z.enum(bases),
  onFile: z.boolean().describe('Whether this is the customer’s newest certificate of this policy'),
  notBefore: timestamp,
  notAfter: timestamp,
  registeredAt: timestamp.nullable(),
  heldAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
  revocationReason: z.enum([...revocationReasons, 'certificateHold']).nullable(),
  invalidityDate: timestamp.nullable(),
  crl: z.object({
    shard: z.int(),
    pending: z.boolean().describe('Whether the current CRL does not show the status yet'),
  }),
  possible: z.array(z.enum(certificateActs)).describe('Acts that can be planned now'),
};
const certificate = z.object(certificateShape).meta({ id: 'CertificateOnFile' });
type ShownCertificate = z.output<typeof certificate>;

const certificateList = z.object({ items: z.array(certificate) }).meta({ id: 'CertificateList' });

const certificateDetail = z
  .object({
    ...certificateShape,
    operations: z.array(operationOnTarget).describe('Operations that name the certificate, newest first'),
    content: contentSchema.nullable().describe('null until it is signed, and if it cannot be parsed'),
    published: publishedSchema,
  })
  .meta({ id: 'CertificateDetail' });

const listQuery = z
  .strictObject({ serial: serialSchema.optional(), customerRef: customerRefSchema.optional() })
  .refine(({ serial, customerRef }) => (serial === undefined) !== (customerRef === undefined), {
    path: ['serial'],
    message: 'either serial or customerRef is needed',
  });

@Injectable()
class CertificateViews {
  constructor(private readonly dependencies: OpsDependencies) {}

  async list({ serial, customerRef = '' }: z.output<typeof listQuery>) {
    const by = serial === undefined ? { customerRef } : { serials: [serial] };
    const rows = await listCertificates(this.dependencies.db, by);
    return { items: rows.map((row) => show(row, this.dependencies.clock())) };
  }

  async show(serial: string) {
    const { db, clock } = this.dependencies;
    const [row] = await listCertificates(db, { serials: [serial] });
    if (!row) throw opsProblem('not-found');
    const [operations, file, crl] = await Promise.all([
      operationsOn(db, serial),
      certificateFile(db, serial),
      latestCrl(db, row.issuer, row.crl_shard),
    ]);
    const shown = show(row, clock());
    return {
      ...shown,
      content: file ? contentOf(file) : null,
      published: publishedOf(shown, crl),
      operations: operations.map(showOperationOnTarget),
    };
  }

  /** The file names the holder, so reading it is recorded. */
  async file(serial: string, staff: Staff): Promise<Response> {
    const pem = await auditedRead(this.dependencies, staff, 'readCertificate', { serial }, async () => {
      const file = await certificateFile(this.dependencies.db, serial);
      if (!file) throw opsProblem('not-found');
      return pemOf(file);
    });
    return fileResponse(pem, 'application/pem-certificate-chain', `${serial}.pem`);
  }
}

function show(row: ListedCertificate, now: Date): ShownCertificate {
  const standing = certificateStatusOf(row, now);
  const text = (time: Date | null) => time?.toISOString() ?? null;
  return {
    serial: row.serial,
    standing,
    customerRef: row.customer_ref,
    reissueId: row.reissue_id,
    issuer: row.issuer,
    profile: row.profile,
    policy: row.policy,
    basis: row.basis,
    onFile: row.on_file,
    notBefore: row.not_before.toISOString(),
    notAfter: row.not_after.toISOString(),
    registeredAt: text(row.registered_at),
    heldAt: text(row.hold_at),
    revokedAt: text(row.revoked_at),
    revocationReason: row.revocation_reason,
    invalidityDate: text(row.invalidity_date),
    crl: { shard: row.crl_shard, pending: row.crl_pending },
    possible: certificateActs.filter((act) => outcomeOfAct(act, standing) === 'DONE'),
  };
}

@Controller('v1/certificates')
@Roles(...staffRoles)
class CertificatesController {
  constructor(private readonly views: CertificateViews) {}

  @Get()
  @Documented('listCertificates', 'List the certificates of a customer, or find one by serial number', {
    200: certificateList,
  })
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>) {
    return this.views.list(query);
  }

  @Get(':serial')
  @Documented('getCertificate', 'Get a certificate and its status', { 200: certificateDetail })
  show(@Param('serial', { schema: serialSchema }) serial: string) {
    return this.views.show(serial);
  }

  @Get(':serial/file')
  @Roles('operator', 'auditor')
  @Documented(
    'getCertificateFile',
    'Get a certificate with its chain as PEM',
    { 200: 'PEM (RFC 7468), the certificate first' },
    { description: 'A certificate names its holder: the read is recorded in the audit trail.' },
  )
  file(
    @Param('serial', { schema: serialSchema }) serial: string,
    @CallingStaff() staff: Staff,
  ): Promise<Response> {
    return this.views.file(serial, staff);
  }
}

/** Certificates and their status. */
@Module({ controllers: [CertificatesController], providers: [CertificateViews] })
export class CertificatesModule {}
