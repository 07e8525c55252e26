import { ProviderClient, type ProviderClientOptions } from '#libs/provider-client';
import { riskOutcomeSchema, type RiskAnswer, type RiskFacts } from '#libs/risk';
import { z } from 'zod';

/** What the provider is asked. Besides the pseudonym it gets nothing that identifies a person. */
interface RiskRequest {
  /** The provider decides once for each id. */
  readonly decisionId: string;
  /** Pseudonym. */
  readonly customerRef: string;
  readonly facts: RiskFacts;
  /** Whether an earlier call may have reached the provider. */
  readonly repeated: boolean;
}

/** Decides about the risk outside Reseal, by what the bank knows besides the facts. */
export interface RiskProvider {
  /**
   * @throws ProviderUnavailable if it gives no answer
   * @throws ProviderRefused if it refuses the request for good
   */
  decide(request: RiskRequest): Promise<RiskAnswer>;
}

const answerSchema = z.object({
  decision: riskOutcomeSchema,
  reference: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .optional(),
});

/** Asks a provider of risk decisions by HTTP. */
export function createRiskProvider(options: ProviderClientOptions): RiskProvider {
  const client = new ProviderClient('risk provider', options);
  return {
    async decide({ decisionId, customerRef, facts, repeated }) {
      const { answer } = await client.perform({
        repeated,
        act: (endpoint) => endpoint.post('/decisions', { decisionId, customerRef, facts }, answerSchema),
        find: (endpoint) => endpoint.find(`/decisions/${encodeURIComponent(decisionId)}`, answerSchema),
      });
      const { decision: outcome, reference } = answer;
      return { status: 'ANSWERED', outcome, ...(reference === undefined ? {} : { reference }) };
    },
  };
}
