import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assessIdentity,
  defaultIdentityPolicy as policy,
  effectiveReason,
  identityMethods,
  reasons,
  type IdentityMethod,
  type IdentityPolicy,
  type IdentityProgress,
} from './index.js';

const methods = fc.subarray([...identityMethods]);
const reason = fc.constantFrom(...reasons);
const progress = fc.record({ verified: methods, locked: methods, resetting: fc.boolean() });

/** Policies that a bank may configure: any rule, any count. */
const anyPolicy: fc.Arbitrary<IdentityPolicy> = fc
  .record({
    required: methods,
    from: methods,
    count: fc.integer({ min: 0, max: 4 }),
    resetMethods: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ required, from, count, resetMethods }) => {
    const rule = { required, additional: { count, from: from.filter((each) => !required.includes(each)) } };
    return {
      ...policy,
      resetMethods,
      rules: { EXPIRED: rule, LOST: rule, PASSWORD_FORGOTTEN: rule, KEY_COMPROMISED: rule },
    };
  });
const situation = fc.record({ policy: anyPolicy, reason, available: methods, progress });

const assess = (
  by: IdentityPolicy,
  why: (typeof reasons)[number],
  available: readonly IdentityMethod[],
  how: IdentityProgress,
) => assessIdentity(by, why, available, how);

describe('the default policy', () => {
  const available = ['PHONE_CODE', 'ONE_WON'] as const;
  const so = (how: Partial<IdentityProgress>, why: (typeof reasons)[number] = 'EXPIRED') =>
    assess(policy, why, available, { verified: [], locked: [], resetting: false, ...how });

  it('asks for the phone code and one more', () => {
    expect(so({})).toEqual({ complete: false, impossible: false, methods: ['PHONE_CODE', 'ONE_WON'] });
    expect(so({ verified: ['PHONE_CODE'] })).toMatchObject({ complete: false, methods: ['ONE_WON'] });
    expect(so({ verified: ['ONE_WON'] })).toMatchObject({ complete: false, methods: ['PHONE_CODE'] });
    expect(so({ verified: ['ONE_WON', 'PHONE_CODE'] })).toEqual({
      complete: true,
      impossible: false,
      methods: [],
    });
  });

  it('is lost when the phone code is locked, or the last other method', () => {
    expect(so({ locked: ['PHONE_CODE'] })).toMatchObject({ impossible: true, methods: [] });
    expect(so({ verified: ['PHONE_CODE'], locked: ['ONE_WON'] })).toMatchObject({ impossible: true });
  });

  it('takes the old certificate as the second method only for who is merely late', () => {
    const verified = ['PHONE_CODE', 'OLD_CERTIFICATE'] as const;
    for (const why of reasons)
      expect(assess(policy, why, identityMethods, { verified, locked: [], resetting: false }).complete).toBe(
        why === 'EXPIRED',
      );
  });

  it('wants a second method beside the old certificate before the password is reset', () => {
    const verified = ['PHONE_CODE', 'OLD_CERTIFICATE'] as const;
    expect(assess(policy, 'EXPIRED', identityMethods, { verified, locked: [], resetting: true })).toEqual({
      complete: false,
      impossible: false,
      methods: ['ONE_WON', 'ID_DOCUMENT'],
    });
  });
});

describe('any policy', () => {
  it('is never complete and impossible at once, and offers methods only when it is neither', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const {
          complete,
          impossible,
          methods: offered,
        } = assess(each.policy, each.reason, each.available, each.progress);
        expect(complete && impossible).toBe(false);
        expect(offered.length > 0).toBe(!complete && !impossible);
      }),
    );
  });

  it('offers only what is available, not locked and not yet verified, each once', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const { methods: offered } = assess(each.policy, each.reason, each.available, each.progress);
        for (const method of offered) {
          expect(each.available).toContain(method);
          expect(each.progress.locked).not.toContain(method);
          expect(each.progress.verified).not.toContain(method);
        }
        expect(new Set(offered).size).toBe(offered.length);
      }),
    );
  });

  it('stays complete when one more method is verified', () => {
    fc.assert(
      fc.property(situation, fc.constantFrom(...identityMethods), (each, more) => {
        const before = assess(each.policy, each.reason, each.available, each.progress);
        const verified = [...new Set([...each.progress.verified, more])];
        const after = assess(each.policy, each.reason, each.available, { ...each.progress, verified });
        if (before.complete) expect(after.complete).toBe(true);
      }),
    );
  });

  it('stays impossible when one more method is locked', () => {
    fc.assert(
      fc.property(situation, fc.constantFrom(...identityMethods), (each, more) => {
        const before = assess(each.policy, each.reason, each.available, each.progress);
        const locked = [...new Set([...each.progress.locked, more])];
        const after = assess(each.policy, each.reason, each.available, { ...each.progress, locked });
        if (before.impossible) expect(after.impossible).toBe(true);
      }),
    );
  });

  it('can be completed by answering what it offers, until nothing is offered', () => {
    fc.assert(
      fc.property(situation, (each) => {
        let now = each.progress;
        let assessed = assess(each.policy, each.reason, each.available, now);
        while (assessed.methods.length > 0) {
          now = { ...now, verified: [...now.verified, assessed.methods[0]!] };
          assessed = assess(each.policy, each.reason, each.available, now);
          expect(assessed.impossible).toBe(false);
        }
        if (now !== each.progress) expect(assessed.complete).toBe(true);
      }),
    );
  });

  it('demands for a reset at least as much as without one', () => {
    fc.assert(
      fc.property(situation, (each) => {
        const resetting = assess(each.policy, each.reason, each.available, {
          ...each.progress,
          resetting: true,
        });
        const plain = assess(each.policy, each.reason, each.available, {
          ...each.progress,
          resetting: false,
        });
        if (resetting.complete) expect(plain.complete).toBe(true);
      }),
    );
  });

  it('never takes the old certificate for LOST, PASSWORD_FORGOTTEN and KEY_COMPROMISED by default', () => {
    const strict = fc.constantFrom('LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED' as const);
    fc.assert(
      fc.property(strict, methods, progress, (why, available, how) => {
        const without = { ...how, verified: how.verified.filter((each) => each !== 'OLD_CERTIFICATE') };
        const withIt = { ...how, verified: [...without.verified, 'OLD_CERTIFICATE' as const] };
        const assessed = assess(policy, why, available, withIt);
        expect(assessed).toEqual(assess(policy, why, available, without));
        expect(assessed.methods).not.toContain('OLD_CERTIFICATE');
      }),
    );
  });
});

describe('the reason that counts', () => {
  it.each(reasons)(
    'is the declared one when there is no certificate on file or a good one (%s)',
    (declared) => {
      expect(effectiveReason(declared, undefined)).toBe(declared);
      expect(effectiveReason(declared, { status: 'VALID' })).toBe(declared);
      expect(effectiveReason(declared, { status: 'EXPIRED' })).toBe(declared);
    },
  );

  it('is that of the certificate on file when somebody declares a mere expiry', () => {
    expect(effectiveReason('EXPIRED', { status: 'ON_HOLD' })).toBe('LOST');
    expect(effectiveReason('EXPIRED', { status: 'REVOKED' })).toBe('LOST');
    expect(effectiveReason('EXPIRED', { status: 'REVOKED', revocationReason: 'superseded' })).toBe('LOST');
    expect(effectiveReason('EXPIRED', { status: 'REVOKED', revocationReason: 'keyCompromise' })).toBe(
      'KEY_COMPROMISED',
    );
  });

  it('is never one that would let the old certificate count again', () => {
    const onFile = fc.record({
      status: fc.constantFrom('VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'),
    }) as fc.Arbitrary<{
      status: 'VALID';
    }>;
    fc.assert(
      fc.property(reason, onFile, (declared, certificate) => {
        const counts = effectiveReason(declared, certificate);
        const takesOld = (why: (typeof reasons)[number]) =>
          policy.rules[why].additional.from.includes('OLD_CERTIFICATE');
        if (!takesOld(declared)) expect(takesOld(counts)).toBe(false);
      }),
    );
  });
});
