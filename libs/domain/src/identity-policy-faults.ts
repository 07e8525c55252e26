import { assessIdentity } from './identity-assessment.js';
import {
  effectiveReason,
  pinnedRuleOf,
  onFileStatuses,
  type CertificateOnFile,
  type IdentityMethod,
  type IdentityPolicy,
  type OnFileStatus,
} from './identity-policy.js';
import { reasons, type Reason } from './states.js';

/** A fault that makes a policy unusable, with its place in the policy. */
export interface PolicyFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Finds the faults of a policy. Every declared reason, with every status of the certificate on file, needs a rule that
 * applicants can meet, also for a reset of the password, and that cannot be met without a proof. No rule may accept
 * the signature of a certificate whose key another person may have.
 *
 * @param provided the methods that have a configured provider
 */
export function policyFaults(policy: IdentityPolicy, provided: readonly IdentityMethod[]): PolicyFault[] {
  const unknown = unknownRules(policy);
  // The other checks read the rules.
  if (unknown.length > 0) return unknown;
  return [
    ...provided
      .filter((method) => !policy.limits[method])
      .map((method) => fault(['limits', method], 'is missing')),
    ...unusedRules(policy),
    ...repetitions(policy),
    ...combinations.flatMap(([reason, standing]) => faultsOfRule(policy, provided, reason, standing)),
  ];
}

const combinations = reasons.flatMap((reason) =>
  onFileStatuses.map((standing) => [reason, standing] as const),
);

function unknownRules({ rules, ruleFor }: IdentityPolicy): PolicyFault[] {
  return combinations
    .filter(([reason, standing]) => !Object.hasOwn(rules, ruleFor[reason][standing]))
    .map(([reason, standing]) => fault(['ruleFor', reason, standing], 'names a rule that does not exist'));
}

function unusedRules({ rules, ruleFor }: IdentityPolicy): PolicyFault[] {
  const used = new Set(combinations.map(([reason, standing]) => ruleFor[reason][standing]));
  return Object.keys(rules)
    .filter((name) => !used.has(name))
    .map((name) => fault(['rules', name], 'is never used'));
}

function repetitions({ rules, independent }: IdentityPolicy): PolicyFault[] {
  const lists: (readonly [PolicyFault['path'], readonly IdentityMethod[]])[] = [
    ...Object.entries(rules).map(
      ([name, { required, additional }]) =>
        [
          ['rules', name],
          [...required, ...additional.from],
        ] as const,
    ),
    ...independent.map((pair, index) => [['independent', index], pair] as const),
  ];
  return lists
    .filter(([, methods]) => new Set(methods).size < methods.length)
    .map(([path]) => fault(path, 'names a method twice'));
}

function faultsOfRule(
  policy: IdentityPolicy,
  provided: readonly IdentityMethod[],
  reason: Reason,
  standing: OnFileStatus,
): PolicyFault[] {
  const path = ['ruleFor', reason, standing];
  const rule = pinnedRuleOf(policy, reason, exampleOf(standing));
  // The rule itself: the shown rule is checked under the status NONE.
  const counted = { ...rule, shown: rule };
  const able = standing === 'NONE' ? provided.filter((method) => method !== 'OLD_CERTIFICATE') : provided;
  const nothing = { verified: [], locked: [] };
  const faults: PolicyFault[] = [];
  if (assessIdentity(counted, able, { ...nothing, resetting: false }).methods.length === 0)
    faults.push(fault(path, 'cannot be met, or needs no proof at all'));
  else if (assessIdentity(counted, able, { ...nothing, resetting: true }).impossible)
    faults.push(fault(path, 'leaves no way to reset the password'));
  if (effectiveReason(reason, exampleOf(standing)) !== 'EXPIRED' && takesOldCertificate(rule))
    faults.push(fault(path, 'accepts the old certificate, whose key another person may have'));
  return faults;
}

function takesOldCertificate({ required, additional }: ReturnType<typeof pinnedRuleOf>): boolean {
  return [...required, ...additional.from].includes('OLD_CERTIFICATE');
}

function exampleOf(standing: OnFileStatus): CertificateOnFile | undefined {
  if (standing === 'NONE') return undefined;
  if (standing === 'COMPROMISED') return { status: 'REVOKED', revocationReason: 'keyCompromise' };
  return { status: standing };
}

function fault(path: PolicyFault['path'], message: string): PolicyFault {
  return { path, message };
}
