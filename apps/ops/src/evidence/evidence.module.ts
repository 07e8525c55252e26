import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Body, Controller, Get, HttpCode, Module, Param, Post } from '@nestjs/common';
import { ActivityExecutionFailedError } from '@temporalio/client';
import type { EvidenceActivities } from '#activities/records';
import {
  findingKinds,
  unprovenKinds,
  readTrust,
  verifyEvidenceFile,
  type TrustFile,
  type EvidenceVerdict,
} from '#libs/audit-proofs';
import { findEvidenceBundle, reissueExists } from '#libs/db/audit';
import { knownIssuers } from '#libs/db/certificates';
import { staffKeys } from '#libs/db/operations';
import { reissueIdPattern, taskQueues } from '#libs/domain';
import { createHash } from 'node:crypto';
import { ConfigureRoute, Documented } from '#libs/http';
import { z } from 'zod';
import { staffKeyOf } from '#libs/approvals';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { auditedRead } from '../audit/audited-act.js';
import { OpsDependencies } from '../dependencies.js';
import { fileResponse } from '../file-response.js';
import { opsProblem, opsUnavailable } from '../problems.js';

/** How long the worker may take to assemble a bundle, in milliseconds. It waits for a checkpoint that covers the reissue. */
const makeTimeoutMs = 25_000;
const marginMs = 1_000;

/** Largest bundle in bytes; the evidence of a long reissue is smaller. */
const maxBundleBytes = 16 * 1024 * 1024;

const idSchema = z.string().regex(reissueIdPattern);
const place = z
  .object({ stream: z.string(), sequence: z.int().optional(), leafIndex: z.int().optional() })
  .meta({ id: 'AuditEntryPlace' });
const verdictSchema = z
  .object({
    valid: z.boolean(),
    unproven: z
      .array(
        z
          .object({
            what: z.enum(Object.keys(unprovenKinds) as [keyof typeof unprovenKinds]),
            entry: place.optional(),
            message: z.string(),
          })
          .meta({ id: 'UnprovenItem' }),
      )
      .describe('Claims that the bundle does not prove, although nothing contradicts them'),
    findings: z
      .array(
        z
          .object({
            kind: z.enum(Object.keys(findingKinds) as [keyof typeof findingKinds]),
            entry: place.optional(),
            message: z.string(),
          })
          .meta({ id: 'VerdictFinding' }),
      )
      .describe('Contradictions; the bundle is valid only if there are none'),
  })
  .meta({ id: 'Verdict' });

@Controller('v1')
@Roles('auditor')
class EvidenceController {
  constructor(private readonly dependencies: OpsDependencies) {}

  @Get('reissues/:id/evidence')
  @Documented('exportEvidence', 'Export the evidence of a reissue, which includes personal data', {
    200: 'An evidence bundle; `npm run verify` verifies it offline',
  })
  async evidence(
    @CallingStaff() staff: Staff,
    @Param('id', { schema: idSchema }) id: string,
  ): Promise<Response> {
    const bundle = await auditedRead(this.dependencies, staff, 'exportEvidence', { reissueId: id }, () =>
      this.assemble(staff, id),
    );
    const content = new Uint8Array(gunzipSync(bundle));
    return fileResponse(content, 'application/json', `evidence-${id}.json`);
  }

  private async assemble(staff: Staff, id: string): Promise<Buffer> {
    const { db, temporal } = this.dependencies;
    // Answers at once for an unknown reissue, without waiting for a worker.
    if (!(await reissueExists(db, id))) throw opsProblem('not-found');
    const exportId = randomUUID();
    const made = await temporal.client
      .withDeadline(Date.now() + makeTimeoutMs + marginMs, () =>
        temporal.client.activity.typed<EvidenceActivities>().execute('assembleEvidence', {
          id: `evidence/${exportId}`,
          taskQueue: taskQueues.reissue,
          args: [{ exportId, reissueId: id, requestedBy: staff.actor }],
          scheduleToCloseTimeout: makeTimeoutMs,
        }),
      )
      .catch((error: unknown) => {
        throw error instanceof ActivityExecutionFailedError ? opsUnavailable(error) : error;
      });
    const bundle = made === 'MADE' ? await findEvidenceBundle(db, exportId) : undefined;
    if (!bundle) throw opsProblem('not-found');
    return bundle;
  }

  @Post('evidence/verify')
  @HttpCode(200)
  @Documented(
    'verifyEvidence',
    'Verify an evidence bundle with the keys and authorities of this deployment',
    { 200: verdictSchema },
    {
      description:
        'Convenient, but no proof: an auditor who does not trust this server runs `npm run verify` with their own trust file.',
    },
  )
  @ConfigureRoute({ bodyAsBytes: true, bodyLimit: maxBundleBytes })
  async verify(@Body() bundle: unknown): Promise<EvidenceVerdict> {
    const file = bundle instanceof Uint8Array ? bundle : new Uint8Array();
    return (await verifyEvidenceFile(file, await this.trust())).verdict;
  }

  private async trust(): Promise<TrustFile> {
    const { config, db } = this.dependencies;
    const issuers = await knownIssuers(db);
    return readTrust({
      format: 'reseal-trust/1',
      origin: config.auditOrigin,
      auditKeys: config.auditPublicKeys?.keys.map(({ validFrom, validUntil, ...jwk }) => ({
        jwk,
        validFrom,
        ...(validUntil ? { validUntil } : {}),
      })),
      receiptKeys: config.receiptPublicKeys?.keys ?? [],
      staffKeys: (await staffKeys(db)).map(staffKeyOf),
      certificateAuthorities: issuers.flatMap(({ subject, certificate, root }) =>
        [certificate, root].map((der) => ({
          subject,
          sha256: createHash('sha256').update(der).digest('hex'),
        })),
      ),
    });
  }
}

/** Evidence for auditors. The worker assembles it, because it has the keys and the personal data. */
@Module({ controllers: [EvidenceController] })
export class EvidenceModule {}
