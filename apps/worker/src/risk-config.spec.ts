import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { defaultRiskPolicy } from '#libs/risk';
import { z } from 'zod';
import { riskConfig } from './risk-config.js';

const settings = z.object(riskConfig);
const faultsOf = (values: Record<string, string>) =>
  settings.safeParse(values).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

describe('the settings of risk decisions', () => {
  it('The example of a risk policy is the default policy', () => {
    const example = readFileSync(join(projectRoot(), 'activities/risk/risk-policy.example.json'), 'utf8');
    expect(settings.parse({ riskPolicy: example }).riskPolicy).toEqual(defaultRiskPolicy);
  });

  it('A wrong risk policy is refused with the place of the fault', () => {
    const rule = { name: 'all', when: {}, then: { outcome: 'REFUSE' } };
    const riskPolicy = JSON.stringify({ version: 'spec', rules: [rule] });
    expect(faultsOf({ riskPolicy })).toEqual([
      'riskPolicy.rules.0.when has no condition, so it would apply to every reissue',
    ]);
  });

  it('Domestic networks are addresses and networks, and none by default', () => {
    expect(settings.parse({}).domesticNetworks).toEqual([]);
    const domesticNetworks = '203.0.113.0/24, 2001:db8::/32, 198.51.100.7';
    expect(settings.parse({ domesticNetworks }).domesticNetworks).toHaveLength(3);
    expect(faultsOf({ domesticNetworks: 'korea' })).toEqual([
      'domesticNetworks.0 must be an address or a network, as 203.0.113.0/24',
    ]);
  });
});
