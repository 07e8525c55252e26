import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assessIdentity,
  defaultIdentityPolicy as policy,
  effectiveReason,
  identityMethods,
  pinnedRuleOf,
  policyFaults,
  reasons,
  onFileStatuses,
  type CertificateOnFile,
  type IdentityPolicy,
  type IdentityProgress,
  type Reason,
  type OnFileStatus,
} from './index.js';

const onFile: Readonly<Record<OnFileStatus, CertificateOnFile | undefined>> = {
  NONE: undefined,
  VALID: { status: 'VALID' },
  EXPIRED: { status: 'EXPIRED' },
  ON_HOLD: { status: 'ON_HOLD' },
  REVOKED: { status: 'REVOKED', revocationReason: 'superseded' },
  COMPROMISED: { status: 'REVOKED', revocationReason: 'keyCompromise' },
};
const strictReasons = reasons.filter((reason) => reason !== 'EXPIRED');

describe('the default policy', () => {
  const so = (
    how: Partial<IdentityProgress>,
    reason: Reason = 'EXPIRED',
    standing: OnFileStatus = 'VALID',
    available = identityMethods.slice(),
  ) =>
    assessIdentity(pinnedRuleOf(policy, reason, onFile[standing]), available, {
      verified: [],
      locked: [],
      resetting: false,
      ...how,
    });

  it('The default policy asks for the phone code and one more method', () => {
    expect(so({})).toEqual({ complete: false, impossible: false, methods: identityMethods.slice() });
    expect(so({ verified: ['PHONE_CODE'] }).methods).toEqual(['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE']);
    for (const other of ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] as const) {
      expect(so({ verified: [other] })).toMatchObject({ complete: false, methods: ['PHONE_CODE'] });
      expect(so({ verified: [other, 'PHONE_CODE'] })).toEqual({
        complete: true,
        impossible: false,
        methods: [],
      });
    }
    expect(so({ verified: ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] }).methods).toEqual(['PHONE_CODE']);
  });

  it('Verification is impossible once the phone code or the last other method is locked', () => {
    expect(so({ locked: ['PHONE_CODE'] })).toEqual({ complete: false, impossible: true, methods: [] });
    const verified = ['PHONE_CODE'] as const;
    expect(so({ verified, locked: ['ONE_WON', 'ID_DOCUMENT'] }).methods).toEqual(['OLD_CERTIFICATE']);
    expect(so({ verified, locked: ['ONE_WON', 'ID_DOCUMENT', 'OLD_CERTIFICATE'] }).impossible).toBe(true);
    expect(so({ verified, locked: ['ONE_WON', 'ID_DOCUMENT'] }, 'LOST').impossible).toBe(true);
  });

  it('Only methods with a provider are offered', () => {
    expect(so({}, 'EXPIRED', 'VALID', ['PHONE_CODE', 'ONE_WON']).methods).toEqual(['PHONE_CODE', 'ONE_WON']);
    expect(so({}, 'EXPIRED', 'VALID', ['ONE_WON', 'ID_DOCUMENT']).impossible).toBe(true);
  });

  it.each(reasons)('The old certificate counts only for an expiry (%s)', (reason) => {
    const verified = ['PHONE_CODE', 'OLD_CERTIFICATE'] as const;
    for (const standing of onFileStatuses)
      expect(so({ verified }, reason, standing).complete).toBe(
        reason === 'EXPIRED' && ['NONE', 'VALID', 'EXPIRED'].includes(standing),
      );
  });

  it('A reset of the password needs two methods besides the old certificate', () => {
    const verified = ['PHONE_CODE', 'OLD_CERTIFICATE'] as const;
    expect(so({ verified, resetting: true })).toEqual({
      complete: false,
      impossible: false,
      methods: ['ONE_WON', 'ID_DOCUMENT'],
    });
    expect(so({ verified: [...verified, 'ID_DOCUMENT'], resetting: true }).complete).toBe(true);
  });

  it.each(reasons)(
    'The offer does not depend on what is on file until the shown rule is met (%s)',
    (reason) => {
      const methods = fc.subarray([...identityMethods]);
      fc.assert(
        fc.property(fc.constantFrom(...onFileStatuses), methods, methods, (standing, verified, locked) => {
          const [nothing, something] = (['NONE', standing] as const).map((each) =>
            so({ verified, locked }, reason, each),
          );
          if (!nothing!.complete && !something!.complete) expect(something).toEqual(nothing);
        }),
      );
    },
  );

  it('The default policy has no fault', () => {
    expect(policyFaults(policy, identityMethods)).toEqual([]);
    expect(policyFaults(policy, ['PHONE_CODE', 'ONE_WON'])).toEqual([]);
  });
});

describe('a policy', () => {
  const { usual, withoutOld } = policy.rules as Record<
    'usual' | 'withoutOld',
    IdentityPolicy['rules'][string]
  >;
  const { PHONE_CODE } = policy.limits;
  const faultsOf = (changes: Partial<IdentityPolicy>, provided = identityMethods.slice()) =>
    policyFaults({ ...policy, ...changes }, provided).map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );
  const choose = (reason: Reason, standing: OnFileStatus, name: string) => ({
    ...policy.ruleFor,
    [reason]: { ...policy.ruleFor[reason], [standing]: name },
  });

  it.each([
    ['lacks limits', { limits: { PHONE_CODE } }, 'limits.ONE_WON is missing'],
    [
      'names a rule it does not have',
      { ruleFor: choose('LOST', 'VALID', 'gone') },
      'ruleFor.LOST.VALID names a rule that does not exist',
    ],
    [
      'names a rule like a member of every object',
      { ruleFor: choose('LOST', 'VALID', 'constructor') },
      'ruleFor.LOST.VALID names a rule that does not exist',
    ],
    ['has an unused rule', { rules: { ...policy.rules, spare: usual } }, 'rules.spare is never used'],
    [
      'names a method twice in a rule',
      { rules: { usual, withoutOld: { ...withoutOld, required: ['PHONE_CODE', 'PHONE_CODE'] } } },
      'rules.withoutOld names a method twice',
    ],
    [
      'calls a method independent of itself',
      { independent: [...policy.independent, ['ONE_WON', 'ONE_WON']] },
      'independent.6 names a method twice',
    ],
    [
      'asks for nothing',
      {
        rules: {
          usual,
          withoutOld: { required: [], additional: { count: 0, from: ['ONE_WON', 'PHONE_CODE'] } },
        },
      },
      'ruleFor.KEY_COMPROMISED.NONE cannot be met, or needs no proof at all',
    ],
    [
      'asks for more methods than exist',
      {
        rules: {
          usual,
          withoutOld: { ...withoutOld, additional: { count: 3, from: ['ONE_WON', 'ID_DOCUMENT'] } },
        },
      },
      'ruleFor.EXPIRED.ON_HOLD cannot be met, or needs no proof at all',
    ],
    [
      'has no methods that count together',
      { independent: [['ONE_WON', 'ID_DOCUMENT']] },
      'ruleFor.EXPIRED.VALID cannot be met, or needs no proof at all',
    ],
    [
      'asks for a certificate where none is on file',
      {
        rules: {
          usual: { required: ['PHONE_CODE', 'OLD_CERTIFICATE'], additional: { count: 0, from: ['ONE_WON'] } },
          withoutOld,
        },
      },
      'ruleFor.EXPIRED.NONE cannot be met, or needs no proof at all',
    ],
    [
      'asks for too many methods for a reset',
      { resetMethods: 4 },
      'ruleFor.EXPIRED.NONE leaves no way to reset the password',
    ],
    [
      'accepts a certificate whose key another person may have',
      { ruleFor: choose('LOST', 'VALID', 'usual') },
      'ruleFor.LOST.VALID accepts the old certificate, whose key another person may have',
    ],
  ] satisfies [string, Partial<IdentityPolicy>, string][])(
    'A policy that %s has a fault',
    (_what, changes, expected) => {
      expect(faultsOf(changes)).toContain(expected);
    },
  );

  it('A policy has a fault if its methods have no provider', () => {
    expect(faultsOf({}, ['PHONE_CODE', 'OLD_CERTIFICATE'])).toContain(
      'ruleFor.LOST.VALID cannot be met, or needs no proof at all',
    );
  });

  it('A policy pins a rule for every reason and status, or names the missing one', () => {
    expect(pinnedRuleOf(policy, 'EXPIRED', { status: 'ON_HOLD' })).toEqual({
      ...withoutOld,
      shown: usual,
      independent: policy.independent,
      resetMethods: 2,
    });
    expect(() =>
      pinnedRuleOf({ ...policy, ruleFor: choose('LOST', 'NONE', 'gone') }, 'LOST', undefined),
    ).toThrow('the identity policy has no rule gone');
  });
});

describe('the effective reason', () => {
  it.each(reasons)(
    'The declared reason counts without a certificate on file, or with a valid one (%s)',
    (declared) => {
      expect(effectiveReason(declared, undefined)).toBe(declared);
      expect(effectiveReason(declared, { status: 'VALID' })).toBe(declared);
      expect(effectiveReason(declared, { status: 'EXPIRED' })).toBe(declared);
    },
  );

  it('The certificate on file decides when an expiry is declared', () => {
    expect(effectiveReason('EXPIRED', { status: 'ON_HOLD' })).toBe('LOST');
    expect(effectiveReason('EXPIRED', { status: 'REVOKED' })).toBe('LOST');
    expect(effectiveReason('EXPIRED', { status: 'REVOKED', revocationReason: 'superseded' })).toBe('LOST');
    expect(effectiveReason('EXPIRED', { status: 'REVOKED', revocationReason: 'keyCompromise' })).toBe(
      'KEY_COMPROMISED',
    );
  });

  it.each(strictReasons)('A stricter declared reason counts whatever is on file (%s)', (declared) => {
    for (const standing of onFileStatuses) expect(effectiveReason(declared, onFile[standing])).toBe(declared);
  });
});
