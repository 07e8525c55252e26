import type { RiskFacts } from './facts.js';
import { riskOutcomes, type RiskConditions, type RiskOutcome, type RiskPolicy } from './policy.js';

/** What the configured provider of risk decisions said. */
export type RiskAnswer =
  | {
      readonly status: 'ANSWERED';
      readonly outcome: RiskOutcome;
      /** The provider's own name of its decision. */
      readonly reference?: string | undefined;
    }
  | { readonly status: 'UNAVAILABLE' };

/** In place of a rule's name, for what follows from the provider. Names of rules have lower-case letters. */
const byProvider = 'PROVIDER';
const byUnavailable = 'PROVIDER_UNAVAILABLE';

interface RiskDecision {
  readonly outcome: RiskOutcome;
  /** The name of the rule that decided, `PROVIDER` or `PROVIDER_UNAVAILABLE`; null if nothing objects. */
  readonly by: string | null;
}

/**
 * Decides by a policy: the strictest outcome of all rules that apply and of the provider's answer. Of equally strict ones
 * the first counts, and the provider comes last. The same policy, facts and answer always give the same decision.
 *
 * @param answer undefined if no provider is configured
 */
export function decideRisk(policy: RiskPolicy, facts: RiskFacts, answer?: RiskAnswer): RiskDecision {
  const applying = policy.rules
    .filter(({ when }) => applies(when, facts))
    .map(({ name, then }) => ({ by: name, outcome: then }));
  const found = [...applying, ...(answer ? [outcomeOf(policy, answer)] : [])];
  return found
    .map(({ by, outcome }): RiskDecision => ({ by, outcome: possible(policy, facts, outcome) }))
    .reduce((one, other) => (isStricter(other.outcome, one.outcome) ? other : one), {
      by: null,
      outcome: { outcome: 'ALLOW' },
    });
}

function outcomeOf(policy: RiskPolicy, answer: RiskAnswer): { by: string; outcome: RiskOutcome } {
  return answer.status === 'ANSWERED'
    ? { by: byProvider, outcome: answer.outcome }
    : { by: byUnavailable, outcome: policy.onUnavailable };
}

/** A STEP_UP is met by one additional method, and needs a method that is left. */
function possible(policy: RiskPolicy, facts: RiskFacts, outcome: RiskOutcome): RiskOutcome {
  if (outcome.outcome !== 'STEP_UP') return outcome;
  if (facts.additionalMethod) return { outcome: 'ALLOW' };
  const methods = outcome.methods.filter((method) => facts.methodsLeft.includes(method));
  return methods.length > 0 ? { outcome: 'STEP_UP', methods } : policy.onNoMethodLeft;
}

/** Whether an outcome is stricter than another. Of two delays the longer one is. */
export function isStricter(one: RiskOutcome, other: RiskOutcome): boolean {
  const rank = ({ outcome }: RiskOutcome) => riskOutcomes.indexOf(outcome);
  if (one.outcome === 'DELAY' && other.outcome === 'DELAY') return one.hours > other.hours;
  return rank(one) > rank(other);
}

function applies({ withoutMethods, ...others }: RiskConditions, facts: RiskFacts): boolean {
  if (withoutMethods?.some((method) => facts.methods.includes(method))) return false;
  return Object.entries(others).every(
    ([name, condition]) => condition === undefined || holds(condition, facts[name as keyof typeof others]),
  );
}

type SimpleConditions = Omit<RiskConditions, 'withoutMethods'>;
type Condition = NonNullable<SimpleConditions[keyof SimpleConditions]>;

function holds(condition: Condition, fact: RiskFacts[keyof SimpleConditions]): boolean {
  if (typeof condition === 'boolean') return fact === condition;
  if ('length' in condition) return (condition as readonly unknown[]).includes(fact);
  if (typeof fact !== 'number') return condition.orUnknown === true;
  return fact >= (condition.atLeast ?? -Infinity) && fact < (condition.below ?? Infinity);
}
