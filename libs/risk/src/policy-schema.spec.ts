import { describe, expect, it } from '@jest/globals';
import { configuredRiskPolicySchema, defaultRiskPolicy, riskPolicySchema } from './index.js';

const rule = { name: 'night', when: { hour: { below: 6 } }, then: { outcome: 'DELAY', hours: 24 } };
const policy = { version: 'spec', rules: [rule] };

/** The first fault of a policy, as `<place> <message>`; undefined if the policy is accepted. */
function faultOf(value: unknown): string | undefined {
  const issue = riskPolicySchema.safeParse(value).error?.issues[0];
  return issue && `${issue.path.join('.')} ${issue.message}`;
}

describe('a risk policy', () => {
  it('The default policy is accepted as it is', () => {
    expect(riskPolicySchema.parse(defaultRiskPolicy)).toEqual(defaultRiskPolicy);
  });

  it('A policy that says nothing about a silent provider delays', () => {
    const wait = { outcome: 'DELAY', hours: 24 };
    expect(riskPolicySchema.parse(policy)).toMatchObject({ onUnavailable: wait, onNoMethodLeft: wait });
  });

  it.each<[string, unknown, string]>([
    [
      'without a condition',
      { ...policy, rules: [{ ...rule, when: {} }] },
      'rules.0.when has no condition, so it would apply to every reissue',
    ],
    [
      'with a range that is empty',
      { ...policy, rules: [{ ...rule, when: { simAgeDays: { atLeast: 7, below: 7 } } }] },
      'rules.0.when.simAgeDays can never hold',
    ],
    [
      'with a range without limits',
      { ...policy, rules: [{ ...rule, when: { simAgeDays: { orUnknown: true } } }] },
      'rules.0.when.simAgeDays has no limit',
    ],
    [
      'with an hour that no day has',
      { ...policy, rules: [{ ...rule, when: { hour: { below: 30 } } }] },
      'rules.0.when.hour is no hour',
    ],
    ['with a name twice', { ...policy, rules: [rule, rule] }, 'rules.1.name is used twice'],
    [
      'with a method twice',
      {
        ...policy,
        rules: [{ ...rule, then: { outcome: 'STEP_UP', methods: ['ONE_WON', 'ONE_WON'] } }],
      },
      'rules.0.then.methods names a method twice',
    ],
  ])('A rule %s is refused with the place of the fault', (_what, wrong, fault) => {
    expect(faultOf(wrong)).toBe(fault);
  });

  it.each<[string, unknown]>([
    ['an unknown fact', { ...policy, rules: [{ ...rule, when: { weather: ['RAIN'] } }] }],
    ['an unknown value of a fact', { ...policy, rules: [{ ...rule, when: { device: ['STOLEN'] } }] }],
    ['a rule that allows', { ...policy, rules: [{ ...rule, then: { outcome: 'ALLOW' } }] }],
    ['a delay without end', { ...policy, rules: [{ ...rule, then: { outcome: 'DELAY', hours: 1_000 } }] }],
    ['an ALLOW for a silent provider', { ...policy, onUnavailable: { outcome: 'ALLOW' } }],
    ['a STEP_UP where no method is left', { ...policy, onNoMethodLeft: { outcome: 'STEP_UP', methods: [] } }],
    ['an unknown member', { ...policy, allow: true }],
    ['no version', { rules: [] }],
  ])('A policy with %s is refused', (_what, wrong) => {
    expect(faultOf(wrong)).toBeDefined();
  });

  it('A bank cannot configure a longer wait than access tokens outlive, but a stored policy may have one', () => {
    const long = { outcome: 'DELAY', hours: 73 };
    const faults = [
      { ...policy, rules: [rule, { ...rule, name: 'day', then: long }] },
      { ...policy, onUnavailable: long },
      { ...policy, onNoMethodLeft: long },
    ].map((wrong) => {
      expect(faultOf(wrong)).toBeUndefined();
      return configuredRiskPolicySchema.safeParse(wrong).error?.issues.map(({ path }) => path.join('.'));
    });
    expect(faults).toEqual([['rules.1.then.hours'], ['onUnavailable.hours'], ['onNoMethodLeft.hours']]);
    expect(configuredRiskPolicySchema.parse(policy)).toEqual(riskPolicySchema.parse(policy));
  });
});
