import { Controller, Get, Injectable, Module, Param, Query } from '@nestjs/common';
import { serialSchema } from '#libs/contracts';
import { operationsOn } from '#libs/db/audit';
import {
  certificateFile,
  inventoryParts,
  listCertificates,
  listInventory,
  type InventoryPart,
  type ListedCertificate,
} from '#libs/db/certificates';
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
import { Inventory, inventorySchema, inventoryTimes } from './inventory.js';
import { askResponder } from './ocsp-answer.js';
import { cursorSchema, limitSchema } from '../paging/cursor.js';
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

const certificateList = z
  .object({ items: z.array(certificate), nextCursor: z.string().nullable() })
  .meta({ id: 'CertificateList' });

const certificateDetail = z
  .object({
    ...certificateShape,
    operations: z.array(operationOnTarget).describe('Operations that name the certificate, newest first'),
    content: contentSchema.nullable().describe('null until it is signed, and if it cannot be parsed'),
    published: publishedSchema,
  })
  .meta({ id: 'CertificateDetail' });

const listQuery = z
  .strictObject({
    serial: serialSchema.optional(),
    customerRef: customerRefSchema.optional(),
    part: z
      .enum(inventoryParts)
      .optional()
      .describe(
        'A part of the inventory: certificates on file that expire within 30 days, are valid, or have expired; those on hold; and those that were revoked',
      ),
    limit: limitSchema(200, 50),
    cursor: cursorSchema.optional(),
  })
  .refine(({ serial, customerRef, part }) => [serial, customerRef, part].filter(Boolean).length === 1, {
    path: ['serial'],
    message: 'one of serial, customerRef and part is needed',
  });

@Injectable()
class CertificateViews {
  constructor(private readonly dependencies: OpsDependencies) {}

  async list({ serial, customerRef = '', part, limit, cursor }: z.output<typeof listQuery>) {
    if (part) return this.listPart(part, limit, cursor);
    const by = serial === undefined ? { customerRef } : { serials: [serial] };
    const rows = await listCertificates(this.dependencies.db, by);
    return { items: rows.map((row) => show(row, this.dependencies.clock())), nextCursor: null };
  }

  private async listPart(part: InventoryPart, limit: number, cursor: string | undefined) {
    const { db, clock, cursors } = this.dependencies;
    const list = `certificates ${part}`;
    const after = cursor === undefined ? undefined : cursors.open<[string, string]>(list, cursor);
    const now = clock();
    const rows = await listInventory(db, part, inventoryTimes(now), {
      limit: limit + 1,
      ...(after ? { after: { time: after[0], serial: after[1] } } : {}),
    });
    const last = rows.length > limit ? rows[limit - 1]?.place : undefined;
    return {
      items: rows.slice(0, limit).map((row) => show(row, now)),
      nextCursor: last ? cursors.write(list, [last.time, last.serial]) : null,
    };
  }

  async show(serial: string) {
    const { db, clock, config } = this.dependencies;
    const [row] = await listCertificates(db, { serials: [serial] });
    if (!row) throw opsProblem('not-found');
    const [operations, file, crl] = await Promise.all([
      operationsOn(db, serial),
      certificateFile(db, serial),
      latestCrl(db, row.issuer, row.crl_shard),
    ]);
    const ocsp = await askResponder(config.ocspUrl, { serial, issuer: file?.chain[0] });
    return {
      ...show(row, clock()),
      content: file ? contentOf(file) : null,
      published: publishedOf(ocsp, crl),
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
  constructor(
    private readonly views: CertificateViews,
    private readonly inventory: Inventory,
  ) {}

  @Get()
  @Documented(
    'listCertificates',
    'List the certificates of a customer or of a part of the inventory, or find one by serial number',
    { 200: certificateList },
  )
  list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>) {
    return this.views.list(query);
  }

  @Get('inventory')
  @Documented(
    'getCertificateInventory',
    'Count the certificates by status, by the day of issuance and by the day of expiry',
    { 200: inventorySchema },
    { description: 'Read from the database, at most every minute.' },
  )
  showInventory() {
    return this.inventory.show();
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
@Module({ controllers: [CertificatesController], providers: [CertificateViews, Inventory] })
export class CertificatesModule {}
