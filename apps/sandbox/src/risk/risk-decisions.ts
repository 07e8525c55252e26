import { Injectable } from '@nestjs/common';
import type { RiskOutcome } from '#libs/risk';
import { notFound } from '../problems.js';

interface RiskDecisionAnswer {
  decision: RiskOutcome;
  reference: string;
}

/** The latest decisions that are kept for a repeated request. */
const mostKept = 10_000;

/** Decides as it is told. A decision is kept in memory, so that a repetition gets the same one. */
@Injectable()
export class RiskDecisions {
  /** What the next requests get. */
  outcome: RiskOutcome = { outcome: 'ALLOW' };
  private readonly kept = new Map<string, RiskDecisionAnswer>();

  decide(decisionId: string): RiskDecisionAnswer {
    const made = this.kept.get(decisionId);
    if (made) return made;
    const decision = { decision: this.outcome, reference: `sandbox-${this.kept.size + 1}` };
    this.kept.set(decisionId, decision);
    if (this.kept.size > mostKept) this.kept.delete(this.kept.keys().next().value!);
    return decision;
  }

  /** @throws ProblemError 404 if the request never arrived */
  find(decisionId: string): RiskDecisionAnswer {
    const made = this.kept.get(decisionId);
    if (!made) throw notFound('No such decision.', '없는 판정입니다.');
    return made;
  }
}
