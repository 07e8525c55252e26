import { describe, expect, it, jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { ProviderCircuits } from './provider-circuits.js';

const telecom = { provider: 'telecom', address: 'telecom.example/v1' };

describe('the circuits of providers', () => {
  it('Each outage is logged once at its start and once at its end', () => {
    const [info, warn] = [jest.fn(), jest.fn()];
    const circuits = new ProviderCircuits({ info, warn });
    for (const circuit of ['closed', 'open', 'half-open', 'open', 'half-open', 'closed'] as const)
      circuits.onChange({ ...telecom, circuit });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(info).toHaveBeenCalledTimes(1);
  });

  it('Each address has a metric of its circuit', async () => {
    const circuits = new ProviderCircuits({ info: jest.fn(), warn: jest.fn() });
    const registry = new Registry();
    circuits.register(registry);
    circuits.onChange({ ...telecom, circuit: 'open' });
    circuits.onChange({ ...telecom, address: 'telecom.example/v2', circuit: 'closed' });
    const text = await registry.metrics();
    expect(text).toContain('reseal_provider_circuit{provider="telecom",address="telecom.example/v1"} 2');
    expect(text).toContain('reseal_provider_circuit{provider="telecom",address="telecom.example/v2"} 0');
  });
});
