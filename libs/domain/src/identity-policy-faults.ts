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

/** Something that makes a policy unusable, and where it stands in it. */
export interface PolicyFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Why a policy cannot be used: every declared reason, with every certificate on file, must have a rule that
 * somebody can meet and nobody meets by doing nothing, also with a new password, and no rule may take the
 * signature of a certificate that may be in other hands.
 *
 * @param provided the methods that have a provider configured
 */
export function policyFaults(policy: IdentityPolicy, provided: readonly IdentityMethod[]): PolicyFault[] {
  const unknown = unknownRules(policy);
  // Without its rules nothing can be said of whom they let through.
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
    .map(([reason, standing]) => fault(['ruleFor', reason, standing], 'names a rule that is not there'));
}

function unusedRules({ rules, ruleFor }: IdentityPolicy): PolicyFault[] {
  const used = new Set(combinations.map(([reason, standing]) => ruleFor[reason][standing]));
  return Object.keys(rules)
    .filter((name) => !used.has(name))
    .map((name) => fault(['rules', name], 'is used for nobody'));
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
  // The one that counts: what others are shown is looked at as theirs.
  const counted = { ...rule, shown: rule };
  const able = standing === 'NONE' ? provided.filter((method) => method !== 'OLD_CERTIFICATE') : provided;
  const nothing = { verified: [], locked: [] };
  const faults: PolicyFault[] = [];
  if (assessIdentity(counted, able, { ...nothing, resetting: false }).methods.length === 0)
    faults.push(fault(path, 'nobody could prove who they are by it, or nobody would have to'));
  else if (assessIdentity(counted, able, { ...nothing, resetting: true }).impossible)
    faults.push(fault(path, 'nobody could reset their password by it'));
  if (effectiveReason(reason, exampleOf(standing)) !== 'EXPIRED' && takesOldCertificate(rule))
    faults.push(fault(path, 'takes the old certificate, which may be in other hands'));
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
