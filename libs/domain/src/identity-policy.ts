import { reasons, type Reason } from './states.js';

/** The ways to prove who one is. */
export const identityMethods = ['PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] as const;
export type IdentityMethod = (typeof identityMethods)[number];

/** What one reason demands: all of `required`, and `additional.count` more of `additional.from`. */
export interface IdentityRule {
  readonly required: readonly IdentityMethod[];
  readonly additional: { readonly count: number; readonly from: readonly IdentityMethod[] };
}

/** Limits of one method. Times in milliseconds. */
export interface MethodLimits {
  readonly attempts: number;
  readonly sends: number;
  readonly attemptsPerDay: number;
  readonly lifetimeMs: number;
}

export interface IdentityPolicy {
  readonly version: string;
  readonly rules: Readonly<Record<Reason, IdentityRule>>;
  readonly limits: Readonly<Partial<Record<IdentityMethod, MethodLimits>>>;
  /** How many methods, not counting the old certificate, a reset of the password needs. */
  readonly resetMethods: number;
}

/** What of a policy one reissue is held to from its start to its end, whatever becomes of the configuration. */
export interface PinnedIdentityRule extends IdentityRule {
  readonly independent: readonly (readonly [IdentityMethod, IdentityMethod])[];
  readonly resetMethods: number;
}

const withOldCertificate: IdentityRule = {
  required: ['PHONE_CODE'],
  additional: { count: 1, from: ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] },
};
const withoutOldCertificate: IdentityRule = {
  required: ['PHONE_CODE'],
  additional: { count: 1, from: ['ONE_WON', 'ID_DOCUMENT'] },
};

/** The phone code and one more method; the old certificate proves nothing once it may be in other hands. */
export const defaultIdentityPolicy: IdentityPolicy = {
  version: '2026-11',
  rules: {
    EXPIRED: withOldCertificate,
    LOST: withoutOldCertificate,
    PASSWORD_FORGOTTEN: withoutOldCertificate,
    KEY_COMPROMISED: withoutOldCertificate,
  },
  limits: {
    PHONE_CODE: { attempts: 5, sends: 5, attemptsPerDay: 15, lifetimeMs: 180_000 },
    ONE_WON: { attempts: 5, sends: 3, attemptsPerDay: 15, lifetimeMs: 600_000 },
  },
  resetMethods: 2,
};

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
 * What the policy still wants.
 *
 * @param available the methods that have a provider configured
 */
export function assessIdentity(
  policy: IdentityPolicy,
  reason: Reason,
  available: readonly IdentityMethod[],
  progress: IdentityProgress,
): IdentityAssessment {
  const rule = policy.rules[reason];
  const usable = (method: IdentityMethod) =>
    available.includes(method) && !progress.locked.includes(method) && !progress.verified.includes(method);
  const verified = (method: IdentityMethod) => progress.verified.includes(method);

  const missing = rule.required.filter((method) => !verified(method));
  const additionalVerified = rule.additional.from.filter(verified).length;
  const additionalMissing = Math.max(0, rule.additional.count - additionalVerified);
  const additionalUsable = rule.additional.from.filter(usable);

  const resetVerified = progress.verified.filter((method) => method !== 'OLD_CERTIFICATE').length;
  const resetMissing = progress.resetting ? Math.max(0, policy.resetMethods - resetVerified) : 0;
  const resetUsable = [...new Set([...rule.required, ...rule.additional.from])].filter(
    (method) => method !== 'OLD_CERTIFICATE' && usable(method),
  );

  const complete = missing.length === 0 && additionalMissing === 0 && resetMissing === 0;
  const impossible =
    missing.some((method) => !usable(method)) ||
    additionalUsable.length < additionalMissing ||
    resetUsable.length < resetMissing;
  if (complete || impossible) return { complete, impossible, methods: [] };

  const wanted = new Set<IdentityMethod>(missing);
  if (additionalMissing > 0) for (const method of additionalUsable) wanted.add(method);
  if (resetMissing > 0) for (const method of resetUsable) wanted.add(method);
  return { complete, impossible, methods: [...wanted] };
}

/** The reasons for which nobody could prove who they are, or nobody would have to: a policy that has any is unusable. */
export function unusableRules(policy: IdentityPolicy, available: readonly IdentityMethod[]): Reason[] {
  return reasons.filter((reason) => {
    const nothing = { verified: [], locked: [], resetting: false };
    return assessIdentity(policy, reason, available, nothing).methods.length === 0;
  });
}

/** What the bank knows of the certificate on file, as far as it bears on how strictly to ask. */
export interface CertificateOnFile {
  readonly status: 'VALID' | 'ON_HOLD' | 'REVOKED' | 'EXPIRED';
  readonly revocationReason?: string;
}

/**
 * The stricter of the declared reason and the certificate on file: whoever declares a mere expiry while the
 * certificate was reported lost or stolen is asked as somebody who lost it.
 */
export function effectiveReason(declared: Reason, onFile: CertificateOnFile | undefined): Reason {
  if (declared !== 'EXPIRED' || !onFile) return declared;
  if (onFile.status === 'ON_HOLD') return 'LOST';
  if (onFile.status === 'REVOKED')
    return onFile.revocationReason === 'keyCompromise' ? 'KEY_COMPROMISED' : 'LOST';
  return declared;
}
