import type { IdentityMethod, IdentityRule, PinnedIdentityRule } from './identity-policy.js';

/** The identity methods that a reissue has verified and locked so far. */
export interface IdentityProgress {
  readonly verified: readonly IdentityMethod[];
  readonly locked: readonly IdentityMethod[];
  /** Whether the customer asked to reset the password, which may need more methods. */
  readonly resetting: boolean;
}

export interface IdentityAssessment {
  readonly complete: boolean;
  /** The methods that would help now, most useful first. Empty if complete or impossible. */
  readonly methods: readonly IdentityMethod[];
  /** Whether no further answers can satisfy the policy. */
  readonly impossible: boolean;
}

/**
 * Decides what identity verification still needs. Until an applicant meets the rule that is shown to everyone, that
 * rule decides what is offered and when verification fails, so that neither reveals what is on file.
 *
 * @param available the methods that have a configured provider
 */
export function assessIdentity(
  rule: PinnedIdentityRule,
  available: readonly IdentityMethod[],
  progress: IdentityProgress,
): IdentityAssessment {
  const counted = assess(rule, rule, available, progress);
  if (counted.complete || progress.resetting) return counted;
  const shown = assess(rule.shown, rule, available, progress);
  return shown.complete ? counted : shown;
}

/** The rule that asks for one of `from` besides the methods that are verified. It hides nothing: the identity is proved. */
export function withAdditionalMethod(
  rule: PinnedIdentityRule,
  verified: readonly IdentityMethod[],
  from: readonly IdentityMethod[],
): PinnedIdentityRule {
  const raised = { required: verified, additional: { count: 1, from } };
  return { ...rule, ...raised, shown: raised };
}

/**
 * The methods by which an applicant with a proved identity can prove it once more. The old certificate is one only if the
 * rule takes it: otherwise another person may have its key.
 */
export function methodsLeft(
  rule: PinnedIdentityRule,
  available: readonly IdentityMethod[],
  { verified, locked }: Pick<IdentityProgress, 'verified' | 'locked'>,
): IdentityMethod[] {
  const named = [...rule.required, ...rule.additional.from];
  return available.filter(
    (method) =>
      !verified.includes(method) &&
      (method !== 'OLD_CERTIFICATE' || named.includes(method)) &&
      !assessIdentity(withAdditionalMethod(rule, verified, [method]), available, {
        verified,
        locked,
        resetting: false,
      }).impossible,
  );
}

/**
 * Searches the sets of methods that satisfy the rule, among all sets of methods that are verified or can still be. Four
 * methods make at most sixteen sets.
 */
function assess(
  rule: IdentityRule,
  pinned: PinnedIdentityRule,
  available: readonly IdentityMethod[],
  { verified, locked, resetting }: IdentityProgress,
): IdentityAssessment {
  const named = [...new Set([...rule.required, ...rule.additional.from])];
  const isVerified = (method: IdentityMethod) => verified.includes(method);
  const possible = named.filter(
    (method) => isVerified(method) || (available.includes(method) && !locked.includes(method)),
  );
  const missing = subsetsOf(possible)
    .filter((set) => satisfies(set, rule, pinned, resetting))
    .map((set) => set.filter((method) => !isVerified(method)));

  if (missing.some((set) => set.length === 0)) return { complete: true, impossible: false, methods: [] };
  if (missing.length === 0) return { complete: false, impossible: true, methods: [] };
  // A set with a subset that also suffices would ask for a method that is not needed.
  const smallest = missing.filter(
    (set) => !missing.some((other) => other.length < set.length && other.every((each) => set.includes(each))),
  );
  const methods = named.filter((method) => smallest.some((set) => set.includes(method)));
  return { complete: false, impossible: false, methods };
}

/** Whether these verified methods satisfy the rule. Every two of them must be independent. */
function satisfies(
  set: readonly IdentityMethod[],
  { required, additional }: IdentityRule,
  { independent, resetMethods }: PinnedIdentityRule,
  resetting: boolean,
): boolean {
  const countTogether = (one: IdentityMethod, other: IdentityMethod) =>
    independent.some((pair) => pair.includes(one) && pair.includes(other));
  const more = set.filter((method) => !required.includes(method) && additional.from.includes(method));
  return (
    required.every((method) => set.includes(method)) &&
    more.length >= additional.count &&
    set.every((one) => set.every((other) => one === other || countTogether(one, other))) &&
    (!resetting || set.filter((method) => method !== 'OLD_CERTIFICATE').length >= resetMethods)
  );
}

function subsetsOf<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);
}
