import type { IdentityMethod, IdentityRule, PinnedIdentityRule } from './identity-policy.js';

/** How far a reissue has come with its methods. */
export interface IdentityProgress {
  readonly verified: readonly IdentityMethod[];
  readonly locked: readonly IdentityMethod[];
  /** True once the customer asked for a reset of the password, which may need more methods. */
  readonly resetting: boolean;
}

export interface IdentityAssessment {
  readonly complete: boolean;
  /** The methods that would help now, most useful first. Empty when complete or impossible. */
  readonly methods: readonly IdentityMethod[];
  /** True when no sequence of further answers can complete the policy. */
  readonly impossible: boolean;
}

/**
 * What the policy still wants. Until the rule is met that everybody is shown, it is this one that is asked for, and
 * whoever cannot meet it any more is out: what is offered and when it ends tell nothing of what is on file.
 *
 * @param available the methods that have a provider configured
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

/**
 * Looks for sets of methods that satisfy the rule, among all that can be made of what is verified and what can still
 * be. There are four methods, so at most sixteen.
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
  // What another way does without would be asked in vain.
  const smallest = missing.filter(
    (set) => !missing.some((other) => other.length < set.length && other.every((each) => set.includes(each))),
  );
  const methods = named.filter((method) => smallest.some((set) => set.includes(method)));
  return { complete: false, impossible: false, methods };
}

/** Whether these methods, each of them verified, are enough; any two of them must count together. */
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
