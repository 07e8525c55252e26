import type { Reason } from './states.js';

/** The ways to prove who one is. */
export const identityMethods = ['PHONE_CODE', 'ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] as const;
export type IdentityMethod = (typeof identityMethods)[number];

/** What is demanded: all of `required`, and `additional.count` more of `additional.from`. */
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

/** How the certificate on file of a person stands. COMPROMISED: revoked because its key may be in other hands. */
export const onFileStatuses = ['NONE', 'VALID', 'EXPIRED', 'ON_HOLD', 'REVOKED', 'COMPROMISED'] as const;
export type OnFileStatus = (typeof onFileStatuses)[number];

export interface IdentityPolicy {
  readonly version: string;
  /** By a name of the policy's own. */
  readonly rules: Readonly<Record<string, IdentityRule>>;
  /** Which rule holds for whom: its name, by the declared reason and the certificate on file. */
  readonly ruleFor: Readonly<Record<Reason, Readonly<Record<OnFileStatus, string>>>>;
  /** The pairs of methods that prove more together than one alone. */
  readonly independent: readonly IndependentPair[];
  readonly oldCertificate: {
    /** For how many days after its end a certificate still proves who its holder is. */
    readonly expiredForDays: number;
  };
  readonly limits: Readonly<Partial<Record<IdentityMethod, MethodLimits>>>;
  /** How many methods, not counting the old certificate, a reset of the password needs. */
  readonly resetMethods: number;
}

export type IndependentPair = readonly [IdentityMethod, IdentityMethod];

/** What of a policy one reissue is held to from its start to its end, whatever becomes of the configuration. */
export interface PinnedIdentityRule extends IdentityRule {
  /**
   * The rule for whoever has nothing on file. Until it is met, it decides what is offered: otherwise the methods on
   * offer would tell, before anybody proved anything, how the certificate of a person stands, and so that they exist.
   */
  readonly shown: IdentityRule;
  readonly independent: readonly IndependentPair[];
  readonly resetMethods: number;
}

/** The phone code and one more method; the old certificate proves nothing once it may be in other hands. */
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

/** What the bank knows of the certificate on file, as far as it bears on how strictly to ask. */
export interface CertificateOnFile {
  readonly status: 'VALID' | 'ON_HOLD' | 'REVOKED' | 'EXPIRED';
  readonly revocationReason?: string;
}

/**
 * What the policy demands of a reissue that begins now.
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
