import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assessIdentity,
  identityMethods,
  type IdentityMethod,
  type IdentityProgress,
  type IdentityRule,
  type IndependentPair,
  type PinnedIdentityRule,
} from './index.js';

const methods = fc.subarray([...identityMethods]);
const allPairs = identityMethods.flatMap((one, index) =>
  identityMethods.slice(index + 1).map((other): IndependentPair => [one, other]),
);

/** Any rule, also those that a policy could not have. */
const anyRule: fc.Arbitrary<IdentityRule> = fc
  .record({ required: methods, from: methods, count: fc.integer({ min: 0, max: 4 }) })
  .map(({ required, from, count }) => ({ required, additional: { count, from } }));
const plainRule = fc
  .record({ rule: anyRule, independent: fc.subarray(allPairs), resetMethods: fc.integer({ min: 1, max: 3 }) })
  .map(({ rule, ...more }): PinnedIdentityRule => ({ ...rule, ...more, shown: rule }));
const progress = fc.record({ verified: methods, locked: methods, resetting: fc.boolean() });
const situation = fc.record({ rule: plainRule, available: methods, progress });

/** Whether some verified methods, every two of them independent, are the methods that the rule demands. */
function met(rule: PinnedIdentityRule, verified: readonly IdentityMethod[], resetting: boolean): boolean {
  for (let bits = 0; bits < 16; bits += 1) {
    const some = identityMethods.filter((method, index) => bits & (1 << index) && verified.includes(method));
    const named = some.filter((method) => [...rule.required, ...rule.additional.from].includes(method));
    if (named.length < some.length) continue;
    const dependent = allPairs.some(
      ([one, other]) =>
        some.includes(one) &&
        some.includes(other) &&
        !rule.independent.some((pair) => pair.includes(one) && pair.includes(other)),
    );
    const more = some.filter((each) => rule.additional.from.includes(each) && !rule.required.includes(each));
    const forReset = some.filter((method) => method !== 'OLD_CERTIFICATE');
    if (
      !dependent &&
      rule.required.every((method) => some.includes(method)) &&
      more.length >= rule.additional.count &&
      (!resetting || forReset.length >= rule.resetMethods)
    )
      return true;
  }
  return false;
}

/** Tries every order of answers. Finds the methods that belong to a smallest set with which the rule is met. */
function oracle(rule: PinnedIdentityRule, available: readonly IdentityMethod[], how: IdentityProgress) {
  const { verified, locked, resetting } = how;
  if (met(rule, verified, resetting)) return { complete: true, impossible: false, helpful: [] };
  const usable = available.filter((each) => !locked.includes(each) && !verified.includes(each));
  const helpful = new Set<IdentityMethod>();
  const play = (added: readonly IdentityMethod[]): void => {
    if (met(rule, [...verified, ...added], resetting)) {
      const without = (one: IdentityMethod) => added.filter((each) => each !== one);
      if (added.every((one) => !met(rule, [...verified, ...without(one)], resetting)))
        for (const each of added) helpful.add(each);
      return;
    }
    for (const next of usable) if (!added.includes(next)) play([...added, next]);
  };
  play([]);
  return { complete: false, impossible: helpful.size === 0, helpful: [...helpful].sort() };
}

describe('the identity assessment', () => {
  it('The assessment agrees with a trial of every order of answers', () => {
    fc.assert(
      fc.property(situation, ({ rule, available, progress: how }) => {
        const { complete, impossible, methods: offered } = assessIdentity(rule, available, how);
        expect({ complete, impossible, helpful: [...offered].sort() }).toEqual(oracle(rule, available, how));
      }),
      { numRuns: 2_000 },
    );
  });

  it('A method is offered once, and only if it is available, not locked and not verified', () => {
    fc.assert(
      fc.property(situation, ({ rule, available, progress: how }) => {
        const { methods: offered } = assessIdentity(rule, available, how);
        for (const method of offered) {
          expect(available).toContain(method);
          expect(how.locked).not.toContain(method);
          expect(how.verified).not.toContain(method);
        }
        expect(new Set(offered).size).toBe(offered.length);
      }),
    );
  });

  it('An answer to an offered method never makes verification impossible', () => {
    fc.assert(
      fc.property(situation, fc.infiniteStream(fc.nat()), ({ rule, available, progress: how }, choices) => {
        let verified = how.verified;
        let assessed = assessIdentity(rule, available, how);
        if (assessed.complete || assessed.impossible) return;
        for (const choice of choices) {
          verified = [...verified, assessed.methods[choice % assessed.methods.length]!];
          assessed = assessIdentity(rule, available, { ...how, verified });
          expect(assessed.impossible).toBe(false);
          if (assessed.complete) return;
        }
      }),
    );
  });

  it('Methods that are not independent never meet a rule', () => {
    fc.assert(
      fc.property(situation, ({ rule, available, progress: how }) => {
        const alone = { ...rule, independent: [] };
        const needed = rule.required.length + rule.additional.count;
        const { complete } = assessIdentity(alone, available, how);
        if (needed > 1 || (how.resetting && rule.resetMethods > 1)) expect(complete).toBe(false);
      }),
    );
  });

  it('The old certificate does not count for a reset of the password', () => {
    fc.assert(
      fc.property(situation, ({ rule, available, progress: how }) => {
        const others = how.verified.filter((method) => method !== 'OLD_CERTIFICATE');
        const resetting = { ...how, resetting: true };
        if (assessIdentity(rule, available, resetting).complete)
          expect(others.length).toBeGreaterThanOrEqual(rule.resetMethods);
      }),
    );
  });

  it('Another verified method keeps a met rule met, another locked method keeps an impossible rule impossible', () => {
    fc.assert(
      fc.property(
        situation,
        fc.constantFrom(...identityMethods),
        ({ rule, available, progress: how }, more) => {
          const before = assessIdentity(rule, available, how);
          const verified = [...new Set([...how.verified, more])];
          if (before.complete)
            expect(assessIdentity(rule, available, { ...how, verified }).complete).toBe(true);
          const locked = [...new Set([...how.locked, more])];
          if (before.impossible)
            expect(assessIdentity(rule, available, { ...how, locked }).impossible).toBe(true);
        },
      ),
    );
  });

  it('A reset needs at least as much as a reissue without one', () => {
    fc.assert(
      fc.property(situation, ({ rule, available, progress: how }) => {
        const resetting = assessIdentity(rule, available, { ...how, resetting: true });
        const plain = assessIdentity(rule, available, { ...how, resetting: false });
        if (resetting.complete) expect(plain.complete).toBe(true);
        if (plain.impossible) expect(resetting.impossible).toBe(true);
      }),
    );
  });
});

describe('a hidden rule', () => {
  const hidden = fc.record({ rule: plainRule, shown: anyRule, available: methods, progress });

  it('The hidden rule still has to be met', () => {
    fc.assert(
      fc.property(hidden, ({ rule, shown, available, progress: how }) => {
        const { complete } = assessIdentity({ ...rule, shown }, available, how);
        expect(complete).toBe(met(rule, how.verified, how.resetting));
      }),
    );
  });

  it('The hidden rule changes no offer before the shown rule is met', () => {
    fc.assert(
      fc.property(hidden, ({ rule, shown, available, progress: how }) => {
        const seen = assessIdentity({ ...rule, shown }, available, { ...how, resetting: false });
        const everybody = assessIdentity({ ...rule, ...shown, shown }, available, {
          ...how,
          resetting: false,
        });
        if (!seen.complete && !everybody.complete) expect(seen).toEqual(everybody);
      }),
    );
  });

  it('The hidden rule alone decides the offer once the shown rule is met', () => {
    fc.assert(
      fc.property(hidden, ({ rule, shown, available, progress: how }) => {
        fc.pre(met({ ...rule, ...shown }, how.verified, false));
        expect(assessIdentity({ ...rule, shown }, available, how)).toEqual(
          assessIdentity(rule, available, how),
        );
      }),
    );
  });
});
