import type { Reason } from './states.js';

/** The methods of identity verification. */
export const identityMethods = ['PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] as const;
export type IdentityMethod = (typeof identityMethods)[number];

/** The methods that a rule demands: all of `required`, and `additional.count` more from `additional.from`. */
export interface IdentityRule {
  readonly required: readonly IdentityMethod[];
  readonly additional: { readonly count: number; readonly from: readonly IdentityMethod[] };
}

/** Limits of one method. Times in milliseconds. */
interface MethodLimits {
  readonly attempts: number;
  readonly sends: number;
  readonly attemptsPerDay: number;
  readonly lifetimeMs: number;
}

/** The statuses of the certificate on file. COMPROMISED: revoked because another person may have its key. */
export const onFileStatuses = ['NONE', 'VALID', 'EXPIRED', 'ON_HOLD', 'REVOKED', 'COMPROMISED'] as const;
export type OnFileStatus = (typeof onFileStatuses)[number];

export interface IdentityPolicy {
  readonly version: string;
  /** By a name that the policy chooses. */
  readonly rules: Readonly<Record<string, IdentityRule>>;
  /** The name of the rule for each declared reason and each status of the certificate on file. */
  readonly ruleFor: Readonly<Record<Reason, Readonly<Record<OnFileStatus, string>>>>;
  /** The pairs of methods that are independent: both together prove more than one of them. */
  readonly independent: readonly IndependentPair[];
  readonly oldCertificate: {
    /** For how many days after its end a certificate still proves its holder's identity. */
    readonly expiredForDays: number;
  };
  readonly limits: Readonly<Partial<Record<IdentityMethod, MethodLimits>>>;
  /** How many methods, not counting the old certificate, a reset of the password needs. */
  readonly resetMethods: number;
}

export type IndependentPair = readonly [IdentityMethod, IdentityMethod];

/** The rules of a policy that one reissue keeps from its start to its end, even if the configuration changes. */
export interface PinnedIdentityRule extends IdentityRule {
  /**
   * The rule for an applicant with nothing on file. Until it is met it decides which methods are offered. Otherwise the
   * offer would reveal, before any proof, the status of a person's certificate, and so that the person is a customer.
   */
  readonly shown: IdentityRule;
  readonly independent: readonly IndependentPair[];
  readonly resetMethods: number;
}

/** The phone code and one more method. The old certificate does not count if another person may have its key. */
export const defaultIdentityPolicy: IdentityPolicy = {
  version: '2026-11',
  rules: {
    usual: {
      required: ['PHONE_CODE'],
      additional: { count: 1, from: ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] },
    },
    withoutOld: {
      required: ['PHONE_CODE'],
      additional: { count: 1, from: ['ONE_WON', 'ID_DOCUMENT'] },
    },
  },
  ruleFor: {
    EXPIRED: {
      NONE: 'usual',
      VALID: 'usual',
      EXPIRED: 'usual',
      ON_HOLD: 'withoutOld',
      REVOKED: 'withoutOld',
      COMPROMISED: 'withoutOld',
    },
    LOST: always('withoutOld'),
    PASSWORD_FORGOTTEN: always('withoutOld'),
    KEY_COMPROMISED: always('withoutOld'),
  },
  independent: [
    ['PHONE_CODE', 'ONE_WON'],
    ['PHONE_CODE', 'ID_DOCUMENT'],
    ['PHONE_CODE', 'OLD_CERTIFICATE'],
    ['ONE_WON', 'ID_DOCUMENT'],
    ['ONE_WON', 'OLD_CERTIFICATE'],
    ['ID_DOCUMENT', 'OLD_CERTIFICATE'],
  ],
  oldCertificate: { expiredForDays: 365 },
  limits: {
    PHONE_CODE: { attempts: 5, sends: 5, attemptsPerDay: 15, lifetimeMs: 180_000 },
    ONE_WON: { attempts: 5, sends: 3, attemptsPerDay: 15, lifetimeMs: 600_000 },
    ID_DOCUMENT: { attempts: 5, sends: 5, attemptsPerDay: 15, lifetimeMs: 600_000 },
    OLD_CERTIFICATE: { attempts: 5, sends: 5, attemptsPerDay: 15, lifetimeMs: 300_000 },
  },
  resetMethods: 2,
};

function always(rule: string): Record<OnFileStatus, string> {
  return { NONE: rule, VALID: rule, EXPIRED: rule, ON_HOLD: rule, REVOKED: rule, COMPROMISED: rule };
}

/** The fields of the certificate on file that decide which rule holds. */
export interface CertificateOnFile {
  readonly status: 'VALID' | 'ON_HOLD' | 'REVOKED' | 'EXPIRED';
  readonly revocationReason?: string;
}

/**
 * The rules that the policy sets for a reissue that begins now.
 *
 * @throws RangeError if the policy names a rule that it does not have
 */
export function pinnedRuleOf(
  policy: IdentityPolicy,
  declared: Reason,
  onFile: CertificateOnFile | undefined,
): PinnedIdentityRule {
  const rule = (standing: OnFileStatus): IdentityRule => {
    const name = policy.ruleFor[declared][standing];
    const found = Object.hasOwn(policy.rules, name) ? policy.rules[name] : undefined;
    if (!found) throw new RangeError(`the identity policy has no rule ${name}`);
    return found;
  };
  return {
    ...rule(onFileStatusOf(onFile)),
    shown: rule('NONE'),
    independent: policy.independent,
    resetMethods: policy.resetMethods,
  };
}

function onFileStatusOf(onFile: CertificateOnFile | undefined): OnFileStatus {
  if (!onFile) return 'NONE';
  return onFile.revocationReason === 'keyCompromise' ? 'COMPROMISED' : onFile.status;
}

/**
 * The stricter of the declared reason and the certificate on file. A reissue declared as an expiry counts as a loss if
 * the certificate was reported lost or stolen.
 */
export function effectiveReason(declared: Reason, onFile: CertificateOnFile | undefined): Reason {
  if (declared !== 'EXPIRED' || !onFile) return declared;
  if (onFile.status === 'ON_HOLD') return 'LOST';
  if (onFile.status === 'REVOKED')
    return onFile.revocationReason === 'keyCompromise' ? 'KEY_COMPROMISED' : 'LOST';
  return declared;
}
