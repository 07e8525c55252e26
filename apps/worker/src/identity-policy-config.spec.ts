import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { defaultIdentityPolicy, type IdentityPolicy } from '#libs/domain';
import { identityPolicySetting } from './identity-policy-config.js';

/** The fault of a policy, as `<place> <message>`; undefined if the policy is accepted. */
function refusalOf(policy: unknown): string[] | undefined {
  const { success, error } = identityPolicySetting.safeParse(JSON.stringify(policy));
  return success ? undefined : error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
}

describe('the identity policy in the configuration', () => {
  it('An identity policy that every applicant can satisfy is accepted', () => {
    const text = JSON.stringify(defaultIdentityPolicy);
    const policy: IdentityPolicy = identityPolicySetting.parse(text);
    expect(policy).toEqual(defaultIdentityPolicy);
  });

  it('The example of an identity policy is the default policy', () => {
    const example = join(projectRoot(), 'activities/identity/identity-policy.example.json');
    expect(identityPolicySetting.parse(readFileSync(example, 'utf8'))).toEqual(defaultIdentityPolicy);
  });

  it('A wrong identity policy is refused with the place of the fault', () => {
    const { limits, rules, ruleFor } = defaultIdentityPolicy;
    const { ID_DOCUMENT: _, ...others } = limits;
    expect(refusalOf({ ...defaultIdentityPolicy, limits: others })).toEqual([
      'limits.ID_DOCUMENT is missing',
    ]);
    const gone = { ...ruleFor, LOST: { ...ruleFor.LOST, NONE: 'gone' } };
    expect(refusalOf({ ...defaultIdentityPolicy, ruleFor: gone })).toEqual([
      'ruleFor.LOST.NONE names a rule that does not exist',
    ]);
    const vain = { required: ['PHONE_CODE'], additional: { count: 2, from: ['ONE_WON'] } };
    expect(refusalOf({ ...defaultIdentityPolicy, rules: { ...rules, withoutOld: vain } })).toContain(
      'ruleFor.EXPIRED.REVOKED cannot be met, or needs no proof at all',
    );
  });

  it.each([
    ['an unknown key', { ...defaultIdentityPolicy, trust: 'everybody' }],
    [
      'an unknown key within',
      { ...defaultIdentityPolicy, oldCertificate: { expiredForDays: 1, graceDays: 1 } },
    ],
    ['an unknown method', { ...defaultIdentityPolicy, independent: [['PHONE_CODE', 'FACE']] }],
    ['a reason left out', { ...defaultIdentityPolicy, ruleFor: { EXPIRED: {} } }],
    ['no version', { ...defaultIdentityPolicy, version: '' }],
    ['an array', []],
  ])('An identity policy with %s is refused', (_what, policy) => {
    expect(refusalOf(policy)).toBeDefined();
  });

  it('An identity policy that is not JSON is refused', () => {
    expect(identityPolicySetting.safeParse('{').success).toBe(false);
  });
});
