import { Body, Controller, HttpCode, Injectable, Module, Post } from '@nestjs/common';
import { customerRefsOf, reissuesOfTrace } from '#libs/db/reissues';
import { parseMobileNumber } from '#libs/domain';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { auditedRead, recordAct } from '../audit/audited-act.js';
import { OpsDependencies } from '../dependencies.js';
import { oneLine } from '../one-line.js';

const findCustomerRequest = z
  .strictObject({
    name: oneLine.trim().min(1).max(100),
    mobile: oneLine.max(40).transform((text, context) => {
      const mobile = parseMobileNumber(text);
      if (mobile !== undefined) return mobile;
      context.addIssue({ code: 'custom', message: 'must be a Korean mobile number' });
      return z.NEVER;
    }),
    reason: oneLine.trim().min(5).max(500).describe('Why the customer is looked for; for the audit trail'),
  })
  .meta({ id: 'CustomerSearch' });
const foundCustomers = z
  .object({
    customerRefs: z.array(z.string()).describe('Pseudonyms; empty if the registry has no such customer'),
  })
  .meta({ id: 'FoundCustomers' });

const findByTraceRequest = z
  .strictObject({
    traceId: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[0-9a-f]{32}$/, 'must be a trace id: 32 hexadecimal digits')
      .describe('`traceId` of a problem document, or header `X-Request-Id` of an answer'),
  })
  .meta({ id: 'TraceSearch' });
const foundReissues = z.object({ reissueIds: z.array(z.string()) }).meta({ id: 'FoundReissues' });

@Injectable()
class Callers {
  constructor(private readonly dependencies: OpsDependencies) {}

  /** Name and number are neither logged nor recorded; the entry has the reason, and whom the caller found. */
  async byNameAndMobile(
    staff: Staff,
    { name, mobile, reason }: z.output<typeof findCustomerRequest>,
  ): Promise<z.output<typeof foundCustomers>> {
    const customerRefs = await customerRefsOf(this.dependencies.db, name, mobile);
    const [only] = customerRefs.length === 1 ? customerRefs : [];
    await recordAct(this.dependencies, staff, {
      ...{ action: 'findCustomer', outcome: 'DONE', reason },
      details: { found: customerRefs.length, ...(only === undefined ? {} : { customerRef: only }) },
    });
    return { customerRefs };
  }

  async byTrace(staff: Staff, traceId: string): Promise<z.output<typeof foundReissues>> {
    const reissueIds = await auditedRead(this.dependencies, staff, 'findReissue', { traceId }, () =>
      reissuesOfTrace(this.dependencies.db, traceId),
    );
    return { reissueIds };
  }
}

@Controller('v1')
class CallersController {
  constructor(private readonly callers: Callers) {}

  @Post('customers/search')
  @HttpCode(200)
  @Roles('operator')
  @Documented(
    'findCustomer',
    'Find a caller by name and mobile number',
    { 200: foundCustomers },
    {
      description:
        'Answers with pseudonyms only. The search and its reason are recorded in the audit trail, name and number are not.',
    },
  )
  customer(
    @CallingStaff() staff: Staff,
    @Body({ schema: findCustomerRequest }) request: z.output<typeof findCustomerRequest>,
  ): Promise<z.output<typeof foundCustomers>> {
    return this.callers.byNameAndMobile(staff, request);
  }

  @Post('reissues/search')
  @HttpCode(200)
  @Roles('operator', 'approver', 'auditor')
  @Documented('findReissues', 'Find the reissues of a call by its trace id', { 200: foundReissues })
  reissue(
    @CallingStaff() staff: Staff,
    @Body({ schema: findByTraceRequest }) { traceId }: z.output<typeof findByTraceRequest>,
  ): Promise<z.output<typeof foundReissues>> {
    return this.callers.byTrace(staff, traceId);
  }
}

/** Finds the reissue of a customer who calls. */
@Module({ controllers: [CallersController], providers: [Callers] })
export class CallersModule {}
