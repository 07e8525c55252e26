import { describe, expect, it } from '@jest/globals';
import { identifierKinds, identityMethods, reasons, type Reason } from '#libs/domain';
import fc from 'fast-check';
import { deviceKinds, networkKinds, riskDecisions, type RiskFacts } from './facts.js';
import {
  decideRisk,
  defaultRiskPolicy,
  isStricter,
  riskPolicySchema,
  type RiskAnswer,
  type RiskOutcome,
  type RiskPolicy,
} from './index.js';

const ordinary: RiskFacts = {
  decision: 'IDENTITY',
  reason: 'EXPIRED',
  claimedBy: 'MOBILE',
  methods: ['PHONE_CODE', 'ONE_WON'],
  additionalMethod: false,
  methodsLeft: ['ID_DOCUMENT', 'OLD_CERTIFICATE'],
  device: 'KNOWN',
  hour: 14,
  startsOfPerson: 1,
  triesOfPerson: 0,
  startsOnDevice: 1,
  triesOnDevice: 0,
  personsOnDevice: 1,
  certificatePolicy: '1.2.410.200005.1.1.4',
  network: 'DOMESTIC',
  simAgeDays: 400,
  contactAgeDays: null,
  customerAgeDays: 2_000,
  fraudSuspected: false,
};

const methods = fc.subarray([...identityMethods]);
const some = fc.option(fc.nat(40), { nil: null });
const facts: fc.Arbitrary<RiskFacts> = fc.record({
  decision: fc.constantFrom(...riskDecisions),
  reason: fc.constantFrom(...reasons),
  claimedBy: fc.constantFrom(...identifierKinds),
  methods,
  additionalMethod: fc.boolean(),
  methodsLeft: methods,
  device: fc.constantFrom(...deviceKinds),
  hour: fc.nat(23),
  startsOfPerson: fc.nat(40),
  triesOfPerson: fc.nat(40),
  startsOnDevice: some,
  triesOnDevice: some,
  personsOnDevice: some,
  certificatePolicy: fc.option(fc.constantFrom('1.2.3', '1.2.4'), { nil: null }),
  network: fc.constantFrom(...networkKinds),
  simAgeDays: some,
  contactAgeDays: some,
  customerAgeDays: some,
  fraudSuspected: fc.boolean(),
});

const stepUp = methods
  .filter((list) => list.length > 0)
  .map((list): RiskOutcome => ({ outcome: 'STEP_UP', methods: list }));
const delay = fc.integer({ min: 1, max: 720 }).map((hours): RiskOutcome => ({ outcome: 'DELAY', hours }));
const refuse = fc.constant<RiskOutcome>({ outcome: 'REFUSE' });
const list = <T>(...values: readonly T[]) =>
  fc.subarray([...values], { minLength: 1 }).map((each) => each as readonly T[]);
const range = fc
  .record({ atLeast: fc.nat(20), more: fc.integer({ min: 1, max: 20 }), orUnknown: fc.boolean() })
  .map(({ atLeast, more, orUnknown }) => ({
    atLeast,
    below: atLeast + more,
    ...(orUnknown ? { orUnknown: true as const } : {}),
  }));
const conditions = fc
  .record(
    {
      reason: list(...reasons),
      device: list(...deviceKinds),
      network: list(...networkKinds),
      certificatePolicy: list('1.2.3', '1.2.4'),
      withoutMethods: list(...identityMethods),
      simAgeDays: range,
      triesOnDevice: range,
      fraudSuspected: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .filter((when) => Object.keys(when).length > 0);
const policies = fc
  .record({
    rules: fc.array(fc.record({ when: conditions, then: fc.oneof(stepUp, delay, refuse) }), { maxLength: 6 }),
    onUnavailable: fc.oneof(stepUp, delay, refuse),
    onNoMethodLeft: fc.oneof(delay, refuse),
  })
  .map(({ rules, ...others }) =>
    riskPolicySchema.parse({
      version: 'spec',
      rules: rules.map((rule, index) => ({ name: `rule-${index}`, ...rule })),
      ...others,
    }),
  );
const answers = fc.option(
  fc.oneof(
    fc.constant<RiskAnswer>({ status: 'UNAVAILABLE' }),
    fc
      .oneof(fc.constant<RiskOutcome>({ outcome: 'ALLOW' }), stepUp, delay, refuse)
      .map((outcome): RiskAnswer => ({ status: 'ANSWERED', outcome })),
  ),
  { nil: undefined },
);

describe('a risk decision', () => {
  it('An ordinary reissue is allowed for each reason', () => {
    for (const reason of reasons)
      expect(decideRisk(defaultRiskPolicy, { ...ordinary, reason })).toEqual({
        by: null,
        outcome: { outcome: 'ALLOW' },
      });
  });

  it.each<[string, Reason, Partial<RiskFacts>, RiskOutcome, string | null]>([
    ...reasons.flatMap((reason): [string, Reason, Partial<RiskFacts>, RiskOutcome, string | null][] => {
      const swapped = { device: 'NEW', simAgeDays: 1 } as const;
      return [
        ['a known device after a SIM change', reason, { simAgeDays: 1 }, { outcome: 'ALLOW' }, null],
        [
          'a new device from abroad',
          reason,
          { device: 'NEW', network: 'FOREIGN' },
          { outcome: 'STEP_UP', methods: ['ID_DOCUMENT', 'OLD_CERTIFICATE'] },
          'from-abroad',
        ],
        [
          'a new device after a SIM change',
          reason,
          swapped,
          reason === 'EXPIRED'
            ? { outcome: 'STEP_UP', methods: ['ID_DOCUMENT', 'OLD_CERTIFICATE'] }
            : { outcome: 'DELAY', hours: 24 },
          reason === 'EXPIRED' ? 'sim-changed' : 'sim-changed-and-certificate-lost',
        ],
        [
          'a suspicion of fraud',
          reason,
          { ...swapped, fraudSuspected: true },
          { outcome: 'REFUSE' },
          'fraud-suspected',
        ],
      ];
    }),
  ])('The default policy decides on %s with the reason %s', (_what, reason, more, outcome, by) => {
    expect(decideRisk(defaultRiskPolicy, { ...ordinary, reason, ...more })).toEqual({ by, outcome });
  });

  it('A SIM change counts for seven days, and an unknown one does not count', () => {
    const at = (simAgeDays: number | null) =>
      decideRisk(defaultRiskPolicy, { ...ordinary, device: 'NEW', simAgeDays }).outcome.outcome;
    expect([at(0), at(6), at(7), at(null)]).toEqual(['STEP_UP', 'STEP_UP', 'ALLOW', 'ALLOW']);
  });

  it('One additional method meets every STEP_UP, and without a method left the policy says what happens', () => {
    const doubtful: RiskFacts = { ...ordinary, device: 'NEW', network: 'FOREIGN' };
    expect(decideRisk(defaultRiskPolicy, { ...doubtful, additionalMethod: true }).outcome).toEqual({
      outcome: 'ALLOW',
    });
    expect(decideRisk(defaultRiskPolicy, { ...doubtful, methodsLeft: [] })).toEqual({
      by: 'from-abroad',
      outcome: { outcome: 'DELAY', hours: 24 },
    });
  });

  it('A provider can make a decision stricter, but not milder, and its silence is never an ALLOW', () => {
    const with_ = (answer: RiskAnswer, more: Partial<RiskFacts> = {}) =>
      decideRisk(defaultRiskPolicy, { ...ordinary, ...more }, answer);
    const allowing: RiskAnswer = { status: 'ANSWERED', outcome: { outcome: 'ALLOW' } };
    expect(with_(allowing)).toEqual({ by: null, outcome: { outcome: 'ALLOW' } });
    expect(with_(allowing, { fraudSuspected: true }).by).toBe('fraud-suspected');
    expect(with_({ status: 'ANSWERED', outcome: { outcome: 'REFUSE' } })).toEqual({
      by: 'PROVIDER',
      outcome: { outcome: 'REFUSE' },
    });
    expect(with_({ status: 'UNAVAILABLE' })).toEqual({
      by: 'PROVIDER_UNAVAILABLE',
      outcome: { outcome: 'DELAY', hours: 24 },
    });
  });

  it('Every policy decides on all facts, and the same facts always get the same decision', () => {
    fc.assert(
      fc.property(policies, facts, answers, (policy, given, answer) => {
        const decided = decideRisk(policy, given, answer);
        const again = decideRisk(copy(policy), copy(given), answer && copy(answer));
        expect(again).toEqual(decided);
        if (decided.outcome.outcome !== 'ALLOW') expect(decided.by).not.toBeNull();
        if (decided.outcome.outcome === 'STEP_UP')
          for (const method of decided.outcome.methods) expect(given.methodsLeft).toContain(method);
      }),
    );
  });

  it('A further rule or an answer never makes a decision milder', () => {
    fc.assert(
      fc.property(policies, facts, answers, (policy, given, answer) => {
        const whole = decideRisk(policy, given, answer).outcome;
        for (const rules of [policy.rules.slice(1), policy.rules.slice(0, -1), []])
          expect(isStricter(decideRisk({ ...policy, rules }, given, answer).outcome, whole)).toBe(false);
        expect(isStricter(decideRisk(policy, given).outcome, whole)).toBe(false);
      }),
    );
  });

  it('The order of the rules does not change how strict a decision is', () => {
    fc.assert(
      fc.property(policies, facts, answers, (policy, given, answer) => {
        const one = decideRisk(policy, given, answer).outcome;
        const other = decideRisk({ ...policy, rules: policy.rules.toReversed() }, given, answer).outcome;
        expect([isStricter(one, other), isStricter(other, one)]).toEqual([false, false]);
      }),
    );
  });
});

const copy = <T extends RiskPolicy | RiskFacts | RiskAnswer>(value: T): T =>
  JSON.parse(JSON.stringify(value)) as T;
