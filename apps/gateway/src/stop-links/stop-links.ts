import { problemOfRefusal, type StopLinkAnswer, type stopLinkRequestSchema } from '#libs/contracts';
import type { CallState } from '#libs/db/reissues';
import { isFinal, type ConfirmReissue, type Stop } from '#libs/domain';
import { addToLogContext } from '#libs/observability';
import { stopLinkDigest } from '#libs/stop-links';
import type { z } from 'zod';
import type { CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import type { CallsInFlight } from '../calls/calls-in-flight.js';
import type { ReissueWorkflows } from '../calls/reissue-workflows.js';
import type { RequestIds } from '../calls/request-ids.js';
import { problem, unavailable } from '../problems.js';

const route = '/v1/stop-links';

interface StopLinksDependencies {
  readonly stateOf: (reissueId: string, updateId: string) => Promise<CallState>;
  readonly ids: RequestIds;
  readonly inFlight: Pick<CallsInFlight, 'run'>;
  readonly limits: Pick<CallLimits, 'admit'>;
  readonly workflows: Pick<ReissueWorkflows, 'send'>;
}

/**
 * The answers of customers to the link in a message. The link's token is the only proof: the worker verifies its digest, and the
 * gateway cannot make one.
 */
export class StopLinks {
  constructor(private readonly dependencies: StopLinksDependencies) {}

  /** @throws ProblemError 404 `stop-link-refused`, 410 `stop-link-over`, 429, 503 */
  async answer(caller: Caller, request: z.output<typeof stopLinkRequestSchema>): Promise<StopLinkAnswer> {
    const { stateOf, ids, inFlight, limits, workflows } = this.dependencies;
    const { reissueId, token, answer, suspendCertificate } = request;
    addToLogContext({ reissueId, frontEnd: caller.apiKeyName, step: 'stop' });
    const linkDigest = stopLinkDigest(token);
    // The same answer is one step, from any caller, so that a link that is pressed twice acts once.
    const said = { answer, suspendCertificate, linkDigest };
    const updateId = ids.updateId(route, JSON.stringify(said));
    const call = { updateId, requestHmac: ids.requestHmac(said), origin: caller.origin };
    return inFlight.run({ reissueId, ...call }, async () => {
      const { reissue: row, step } = await stateOf(reissueId, updateId);
      if (step) return { outcome: outcomes[answer] };
      await limits.admit('call', caller);
      if (!row) throw problem('stop-link-refused');
      if (isFinal(row.state)) throw problem('stop-link-over');
      const message: Stop | ConfirmReissue =
        answer === 'STOP'
          ? { ...call, kind: 'stop', linkDigest, suspendCertificate }
          : { ...call, kind: 'confirmReissue', linkDigest };
      const delivery = await workflows.send(reissueId, message, row.event_sequence + row.steps);
      if (delivery.reached !== 'COMPLETED') throw unavailable(); // a repeated call finds the outcome
      const { status, code } = delivery.result;
      if (status === 'DONE') return { outcome: outcomes[answer] };
      if (code === 'WRONG_STATE') throw problem('stop-link-over');
      throw code ? problem(problemOfRefusal(code)) : unavailable();
    });
  }
}

const outcomes = { STOP: 'STOPPED', MINE: 'RECORDED' } as const;
