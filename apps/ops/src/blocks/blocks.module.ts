import { Body, Controller, Get, HttpCode, Injectable, Module, Param, Post } from '@nestjs/common';
import { inTransaction } from '#libs/db';
import { blockReissues, blocksOf, customerExists } from '#libs/db/customers';
import { blockReasons, blockSources } from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { auditedRead } from '../audit/audited-act.js';
import { OpsDependencies } from '../dependencies.js';
import { oneLine } from '../one-line.js';
import { opsProblem } from '../problems.js';
import { customerRefSchema } from '../reissues/filter.js';

const blockRequest = z
  .strictObject({
    customerRef: customerRefSchema,
    source: z
      .enum(['customer', 'operator'])
      .default('operator')
      .describe('`customer`: the customer asked for it in the bank’s app, at a branch or by telephone'),
    reason: z.enum(blockReasons).describe('Why reissues are blocked'),
    comment: oneLine
      .trim()
      .min(5)
      .max(500)
      .describe('For the audit trail, which keeps it as it is; no personal data'),
  })
  .meta({ id: 'ReissueBlockRequest' });

const shownBlocks = z
  .object({
    blocks: z.array(
      z
        .object({
          source: z.enum(blockSources).describe('Who blocks; each source blocks by itself'),
          reason: z.enum(blockReasons),
          since: z.iso.datetime(),
          by: z.string().describe('Name in the audit trail'),
        })
        .meta({ id: 'ReissueBlock' }),
    ),
  })
  .meta({ id: 'ReissueBlocks', description: 'The blocks in force; empty if online reissues are possible' });
type ShownBlocks = z.output<typeof shownBlocks>;

/** Blocks of online reissues. A block holds at once; a second person approves its lifting, an operation `liftBlock`. */
@Injectable()
class Blocks {
  constructor(private readonly dependencies: OpsDependencies) {}

  async block(
    staff: Staff,
    { customerRef, source, reason, comment }: z.output<typeof blockRequest>,
  ): Promise<ShownBlocks> {
    const { db, clock } = this.dependencies;
    if (!(await customerExists(db, customerRef))) throw opsProblem('not-found');
    await inTransaction(db, (tx) =>
      blockReissues(tx, { customerRef, source, reason, comment, by: staff.actor, at: clock() }),
    );
    return this.inForce(customerRef);
  }

  read(staff: Staff, customerRef: string): Promise<ShownBlocks> {
    return auditedRead(this.dependencies, staff, 'readBlocks', { customerRef }, () =>
      this.inForce(customerRef),
    );
  }

  private async inForce(customerRef: string): Promise<ShownBlocks> {
    const rows = await blocksOf(this.dependencies.db, customerRef);
    return {
      blocks: rows.map(({ source, reason, since, blocked_by: by }) => ({
        ...{ source, reason, by },
        since: since.toISOString(),
      })),
    };
  }
}

@Controller('v1/customers')
class BlocksController {
  constructor(private readonly blocks: Blocks) {}

  @Post('blocks')
  @HttpCode(200)
  @Roles('operator')
  @Documented(
    'blockReissues',
    'Block the online reissues of a customer',
    { 200: shownBlocks },
    {
      description:
        'The block is in force at once. A reissue of the customer is refused as soon as the identity is verified, and not before, so that no one else learns of the block. A repeated call changes nothing.',
    },
  )
  block(
    @CallingStaff() staff: Staff,
    @Body({ schema: blockRequest }) request: z.output<typeof blockRequest>,
  ): Promise<ShownBlocks> {
    return this.blocks.block(staff, request);
  }

  @Get(':customerRef/blocks')
  @Roles('operator', 'approver', 'auditor')
  @Documented('listReissueBlocks', 'List the blocks of a customer’s online reissues', { 200: shownBlocks })
  read(
    @CallingStaff() staff: Staff,
    @Param('customerRef', { schema: customerRefSchema }) customerRef: string,
  ): Promise<ShownBlocks> {
    return this.blocks.read(staff, customerRef);
  }
}

@Module({ controllers: [BlocksController], providers: [Blocks] })
export class BlocksModule {}
