import { describe, expect, it } from '@jest/globals';
import { ProviderUnavailable } from '#libs/provider-client';
import type { RiskFacts } from '#libs/risk';
import { createRiskProvider } from './provider.js';

/** A provider over HTTP that gives these answers in turn, and the calls that it got. */
function providerWith(...answers: readonly { readonly status?: number; readonly body?: unknown }[]) {
  const calls: { method: string; url: string; body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    calls.push({ method: init.method ?? 'GET', url: url as string, body });
    const { status = 200, body: answer = {} } = answers[calls.length - 1] ?? { status: 503 };
    return Response.json(answer, { status });
  };
  const options = { urls: ['https://risk.example/v1'], retryMs: 1, fetch };
  return { provider: createRiskProvider(options), calls };
}

const facts = { decision: 'IDENTITY', device: 'NEW' } as unknown as RiskFacts;
const request = { decisionId: 'rd_1', customerRef: 'c'.repeat(32), facts, repeated: false };

describe('the provider of risk decisions over HTTP', () => {
  it('It gets the facts and the pseudonym, and its answer is the outcome', async () => {
    const decision = { outcome: 'DELAY', hours: 5 };
    const { provider, calls } = providerWith({ body: { decision, reference: 'case-7', score: 0.9 } });
    expect(await provider.decide(request)).toEqual({
      status: 'ANSWERED',
      outcome: decision,
      reference: 'case-7',
    });
    const { repeated: _, ...body } = request;
    expect(calls).toEqual([{ method: 'POST', url: 'https://risk.example/v1/decisions', body }]);
  });

  it('A repetition asks first what was decided, and decides only if the request never arrived', async () => {
    const answer = { body: { decision: { outcome: 'ALLOW' } } };
    const made = providerWith(answer);
    const again = { ...request, repeated: true };
    expect(await made.provider.decide(again)).toEqual({ status: 'ANSWERED', outcome: { outcome: 'ALLOW' } });
    expect(made.calls.map(({ method }) => method)).toEqual(['GET']);
    const lost = providerWith({ status: 404 }, answer);
    await lost.provider.decide(again);
    expect(lost.calls.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it.each<[string, { status?: number; body?: unknown }]>([
    ['an outcome that does not exist', { body: { decision: { outcome: 'MAYBE' } } }],
    ['a delay without hours', { body: { decision: { outcome: 'DELAY' } } }],
    ['no decision', { body: { outcome: 'ALLOW' } }],
    ['503', { status: 503 }],
    ['500', { status: 500 }],
  ])('An answer with %s is none', async (_what, answer) => {
    const { provider } = providerWith(answer);
    await expect(provider.decide(request)).rejects.toBeInstanceOf(ProviderUnavailable);
  });
});
