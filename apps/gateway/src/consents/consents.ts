import type { ConsentWithdrawal, ConsentWithdrawalAnswer } from '#activities/consent';
import type {
  consentsResponseSchema,
  consentWithdrawalRequestSchema,
  WithdrawnConsent,
} from '#libs/contracts';
import type { z } from 'zod';
import type { CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import type { CallsInFlight } from '../calls/calls-in-flight.js';
import type { ReceivedCalls } from '../calls/received-calls.js';
import type { RequestIds } from '../calls/request-ids.js';
import { problem } from '../problems.js';
import type { GatewayQueries } from '../queries.js';
import type { ReissueReader } from '../reissue-queries/reissue-reader.js';

export type ConsentsResponse = z.output<typeof consentsResponseSchema>;

const withdrawalRoute = '/v1/reissues/{id}/consents/withdrawals';

interface ConsentsDependencies {
  readonly queries: Pick<GatewayQueries, 'consentRecordsOf' | 'consentReceiptsOf' | 'findStep'>;
  readonly reader: Pick<ReissueReader, 'get'>;
  readonly received: Pick<ReceivedCalls, 'receive'>;
  readonly ids: RequestIds;
  readonly inFlight: CallsInFlight;
  readonly limits: Pick<CallLimits, 'admit'>;
  readonly withdraw: (withdrawal: ConsentWithdrawal) => Promise<ConsentWithdrawalAnswer>;
}

/** The consents of a reissue, and their withdrawal. */
export class Consents {
  constructor(private readonly dependencies: ConsentsDependencies) {}

  /** @throws ProblemError 404 */
  async list(reissueId: string): Promise<ConsentsResponse> {
    const { queries, reader } = this.dependencies;
    await reader.get(reissueId);
    const [consents, receipts] = await Promise.all([
      queries.consentRecordsOf(reissueId),
      queries.consentReceiptsOf(reissueId),
    ]);
    return {
      consents: consents.map(({ terms_id, recorded_at, ...consent }) => ({
        termsId: terms_id,
        ...consent,
        recordedAt: recorded_at.toISOString(),
      })),
      receipts,
    };
  }

  /** @throws ProblemError 409 `consent-mandatory`, `consent-not-given` or `idempotency-mismatch`; 429 */
  withdraw(
    caller: Caller,
    reissueId: string,
    { termsId }: z.output<typeof consentWithdrawalRequestSchema>,
  ): Promise<WithdrawnConsent> {
    const { queries, ids, inFlight, limits, reader, received, withdraw } = this.dependencies;
    const { idempotencyKey, origin } = caller;
    const updateId = ids.updateId(withdrawalRoute, idempotencyKey);
    const requestHmac = ids.requestHmac({ termsId });
    const call = { reissueId, updateId, requestHmac };
    return inFlight.run(call, async () => {
      await reader.get(reissueId);
      if (!(await queries.findStep(reissueId, updateId))) await limits.admit('call', caller);
      await received.receive(call, 'withdrawConsent');
      const answer = await withdraw({ reissueId, updateId, requestHmac, origin, termsId });
      switch (answer.answer) {
        case 'WITHDRAWN':
          if (answer.requestHmac !== requestHmac) throw problem('idempotency-mismatch');
          return answer.withdrawn;
        case 'MANDATORY':
          throw problem('consent-mandatory');
        case 'NOT_GIVEN':
          throw problem('consent-not-given');
      }
    });
  }
}
