import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import type { RoleDatabase } from '#libs/db';
import { findReissue } from '#libs/db/reissues';
import { riskSigns } from '#libs/db/risk';
import { startOfKoreanDay, type Clock, type IdentityPolicy, type RiskQuestion } from '#libs/domain';
import type { RiskAnswer } from '#libs/risk';
import { identityRuleOf, RunningCalls } from '#activities/step';
import type { RiskContext } from './context.js';
import { riskFactsOf } from './facts.js';

interface AskContext extends RiskContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly policy: IdentityPolicy;
}

/** A question about one step of a reissue. */
interface RiskAssessment extends RiskQuestion {
  readonly reissueId: string;
  readonly updateId: string;
}

/** The calls to the provider of risk decisions, which a step makes itself or leaves to a durable activity. */
export function createRiskActivities(context: AskContext) {
  const asking = new RunningCalls<RiskAnswer>();
  return {
    assessRisk: (assessment: RiskAssessment): Promise<RiskAnswer> =>
      asking.share(`${assessment.reissueId} ${assessment.updateId} ${assessment.decision}`, () =>
        askRiskProvider(context, assessment),
      ),
  };
}
export type RiskActivities = ReturnType<typeof createRiskActivities>;

/** Asks the provider of risk decisions, with the facts as they are now. A decision is made once for each step. */
async function askRiskProvider(
  context: AskContext,
  { reissueId, updateId, decision, verified, origin }: RiskAssessment,
): Promise<RiskAnswer> {
  const { db, clock, policy, riskProvider } = context;
  if (!riskProvider) return { status: 'UNAVAILABLE' };
  const now = clock();
  const [row, signs] = await Promise.all([
    findReissue(db, reissueId),
    riskSigns(db, reissueId, startOfKoreanDay(now)),
  ]);
  if (!row) return { status: 'UNAVAILABLE' };
  // The answers of the step are not recorded yet, and a try of each is reserved.
  const methods = (signs.methods ?? []).map((each) => {
    const isNew = !each.verified && verified.includes(each.method);
    return isNew ? { ...each, verified: true, tries: each.tries - 1 } : each;
  });
  const rule = identityRuleOf(policy, row);
  const facts = riskFactsOf(context, row, { decision, origin, signs, methods, rule }, now);
  const decisionId = `rd_${digest(reissueId, updateId, decision)}`;
  const repeated = activityInfo().attempt > 1;
  return riskProvider.decide({ decisionId, customerRef: row.customer_ref, facts, repeated });
}

const digest = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
