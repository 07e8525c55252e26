import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { Documented } from '#libs/http';
import { riskFactsSchema, riskOutcomeSchema } from '#libs/risk';
import { z } from 'zod';
import { requestId } from '../codes/code-schemas.js';
import { ActsAs } from '../faults/fault.interceptor.js';
import { RiskDecisions } from './risk-decisions.js';

const decisionBody = z.object({
  decisionId: requestId,
  customerRef: z.string().min(1).max(64).describe('Pseudonym of the customer'),
  facts: riskFactsSchema,
});
const decisionAnswer = z
  .object({
    decision: riskOutcomeSchema,
    reference: z.string().describe("The provider's name of its decision; it is in the audit trail"),
  })
  .meta({ id: 'RiskDecision' });

@ActsAs('risk')
@Controller('v1/risk')
export class RiskController {
  constructor(private readonly decisions: RiskDecisions) {}

  @Documented('decideRisk', 'Decide about the risk of a reissue', { 200: decisionAnswer }, { tag: 'risk' })
  @Post('decisions')
  @HttpCode(200)
  decide(@Body({ schema: decisionBody }) { decisionId }: z.infer<typeof decisionBody>) {
    return this.decisions.decide(decisionId);
  }

  @Documented(
    'getRiskDecision',
    'What became of a request',
    { 200: decisionAnswer, 404: 'It never arrived' },
    { tag: 'risk' },
  )
  @Get('decisions/:decisionId')
  decision(@Param('decisionId', { schema: requestId }) decisionId: string) {
    return this.decisions.find(decisionId);
  }
}

/** Lets people and tests say what the provider decides from now on. */
@Controller('v1/risk-outcome')
export class RiskDecisionController {
  constructor(private readonly decisions: RiskDecisions) {}

  @Put()
  set(@Body({ schema: riskOutcomeSchema }) outcome: z.infer<typeof riskOutcomeSchema>) {
    this.decisions.outcome = outcome;
    return outcome;
  }
}
