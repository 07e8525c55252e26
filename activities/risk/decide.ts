import { withAdditionalMethod, withWait, type IdentityMethod, type PinnedIdentityRule } from '#libs/domain';
import { decideRisk, splitFacts, type RiskAnswer, type RiskOutcome } from '#libs/risk';
import type { ReissueChange } from '#activities/step';
import type { RiskContext } from './context.js';
import { riskFactsOf, type RiskSituation } from './facts.js';

/**
 * Decides by the policy that the reissue has had since its start, and records the decision with everything from which an
 * auditor computes it again. A DELAY is set here; what the other outcomes mean is for the step.
 *
 * @param answer of the provider of risk decisions; undefined if none is configured
 */
export async function decideOnRisk(
  context: RiskContext,
  change: ReissueChange,
  situation: RiskSituation,
  answer?: RiskAnswer,
): Promise<RiskOutcome> {
  const { riskPolicies } = context;
  const { tx, now, row } = change;
  const { digest, policy } = await riskPolicies.of(tx, row.risk_policy);
  if (digest === riskPolicies.current.digest) change.add(...riskPolicies.toStore(tx, now));
  const facts = riskFactsOf(context, row, situation, now);
  const { outcome, by } = decideRisk(policy, facts, answer);
  const { facts: recorded, personal } = splitFacts(facts);
  change.audit({
    actor: 'system',
    action: 'decideRisk',
    outcome: outcome.outcome,
    reason: by,
    details: {
      policy: digest,
      policyVersion: policy.version,
      decided: outcome,
      facts: recorded,
      ...(answer ? { answer } : {}),
    },
    personal: { ...personal },
  });
  if (outcome.outcome === 'DELAY') change.set(withWait(change.row, outcome.hours) ?? {});
  return outcome;
}

/** Asks for one more method. From now on the identity counts as verified only with it, for the signer too. */
export function askForAdditionalMethod(
  change: ReissueChange,
  methods: readonly IdentityMethod[],
  { rule, verified }: { readonly rule: PinnedIdentityRule; readonly verified: readonly IdentityMethod[] },
): void {
  change.set({
    identity_rule: JSON.stringify(withAdditionalMethod(rule, verified, methods)),
    stepped_up_at: change.now,
    methods: [...methods],
  });
}
