import type { startRequestSchema, StepOutcome } from '#libs/contracts';
import { problemOfRefusal } from '#libs/contracts';
import type { StepRow } from '#libs/db/reissues';
import { isFinal, type StepResult } from '#libs/domain';
import type { z } from 'zod';
import type { AccessTokens } from '../access/access-tokens.js';
import { tooManyUntil, type CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import { problem, unavailable } from '../problems.js';
import type { ReissueReader } from '../reissue-queries/reissue-reader.js';
import type { CallResponse } from './call-response.js';
import type { CallsInFlight } from './calls-in-flight.js';
import type { StartConsentCheck } from './start-consent-check.js';
import type { Envelopes } from './envelopes.js';
import { precheck, waitsForOperator } from './precheck.js';
import type { ReceivedCalls } from './received-calls.js';
import type { Delivery, ReissueWorkflows } from './reissue-workflows.js';
import type { RequestIds } from './request-ids.js';
import { startResponse, stepResponse, type CallResult } from './step-responses.js';
import { StepDraft, type StepCall } from './step-draft.js';
import { particularsField, particularsOf, startMessage } from './step-messages.js';
import { steps, type StepBody, type StepKind } from './steps.js';

const startRoute = '/v1/reissues';
const stepRoute = (path: string) => `/v1/reissues/{id}/${path}`;

interface ReissueCallsDependencies {
  readonly findStep: (reissueId: string, updateId: string) => Promise<StepRow | undefined>;
  readonly received: Pick<ReceivedCalls, 'requireSame' | 'receive'>;
  readonly ids: RequestIds;
  readonly inFlight: CallsInFlight;
  readonly limits: Pick<CallLimits, 'admit'>;
  readonly workflows: Pick<ReissueWorkflows, 'start' | 'send'>;
  readonly envelopes: Pick<Envelopes, 'inspect' | 'keep' | 'keepParticulars'>;
  readonly reader: Pick<ReissueReader, 'find' | 'get'>;
  readonly consents: StartConsentCheck;
  readonly tokens: AccessTokens;
  readonly clock: () => Date;
}

/**
 * The calls that change a reissue. Each is one step of its workflow. The step table has the recorded outcome of each step,
 * and a repeated call gets that outcome again. Only a call without a recorded outcome is sent to the workflow.
 */
export class ReissueCalls {
  constructor(private readonly dependencies: ReissueCallsDependencies) {}

  /** @throws ProblemError */
  start(caller: Caller, body: z.output<typeof startRequestSchema>): Promise<CallResponse> {
    const { ids, inFlight, limits, workflows, envelopes, reader, received, consents, tokens, clock } =
      this.dependencies;
    const { apiKeyName, idempotencyKey } = caller;
    const reissueId = ids.reissueId(apiKeyName, idempotencyKey);
    const call = this.identify(startRoute, caller, body);
    const draft = new StepDraft(reissueId, call, ids);
    const message = startMessage(draft, apiKeyName, body);
    const sealedFor = { sub: idempotencyKey, client: apiKeyName, keyThumbprint: body.keyThumbprint };
    return inFlight.run({ reissueId, ...call }, async () => {
      const result = await this.resolve(reissueId, call, async () => {
        // If the row exists, the worker has read the applicant's data already, so a repeated call need not store the data
        // again.
        const begun = (await reader.find(reissueId)) !== undefined;
        if (!begun) {
          await limits.admit('start', caller);
          consents.requireIdentityStage(body.consents);
          envelopes.inspect(sealedFor, draft.sealed, clock());
        }
        await received.receive({ reissueId, ...call }, message.kind);
        if (!begun) {
          await envelopes.keep(reissueId, sealedFor, draft.sealed, clock());
          const { keyThumbprint } = body;
          const place = { handle: draft.handleOf(particularsField), reissueId, updateId: call.updateId };
          await envelopes.keepParticulars({ ...place, keyThumbprint }, particularsOf(body), clock());
        }
        return workflows.start(message);
      });
      return startResponse(message, result, tokens);
    });
  }

  /** @throws ProblemError */
  runStep<Kind extends StepKind>(
    caller: Caller,
    reissueId: string,
    kind: Kind,
    body: StepBody<Kind>,
  ): Promise<CallResponse> {
    const { ids, inFlight, limits, workflows, envelopes, reader, received, clock } = this.dependencies;
    const { path, response, message: build } = steps[kind];
    const call = this.identify(stepRoute(path), caller, body);
    const draft = new StepDraft(reissueId, call, ids);
    const message = build(draft, body as never);
    return inFlight.run({ reissueId, ...call }, async () => {
      const result = await this.resolve(reissueId, call, async () => {
        const { row, reissue } = await reader.get(reissueId);
        if (waitsForOperator(row, call)) return { reached: 'ACCEPTED' };
        await limits.admit('call', caller);
        precheck(row, message, reissue);
        const sealedFor = { sub: reissueId, client: row.api_key_name, keyThumbprint: row.key_thumbprint };
        envelopes.inspect(sealedFor, draft.sealed, clock());
        await received.receive({ reissueId, ...call }, kind);
        await envelopes.keep(reissueId, sealedFor, draft.sealed, clock());
        return workflows.send(reissueId, message, row.event_sequence + row.steps);
      });
      return stepResponse(response.bodyOf, result);
    });
  }

  private identify(route: string, { idempotencyKey, origin }: Caller, body: unknown): StepCall {
    const { ids } = this.dependencies;
    return { updateId: ids.updateId(route, idempotencyKey), requestHmac: ids.requestHmac(body), origin };
  }

  private async resolve(
    reissueId: string,
    call: StepCall,
    deliver: () => Promise<Delivery>,
  ): Promise<CallResult> {
    const before = await this.recorded(reissueId, call);
    if (before) return { outcome: before };
    await this.dependencies.received.requireSame({ reissueId, ...call });
    let delivery: Delivery;
    try {
      delivery = await deliver();
    } catch (error) {
      // The first attempt of this call may have succeeded meanwhile, and its effect may have caused this refusal.
      const outcome = await this.recorded(reissueId, call);
      if (outcome) return { outcome };
      throw error;
    }
    if (delivery.reached === 'COMPLETED') this.requireSameRequest(delivery.result, call);
    const outcome = await this.recorded(reissueId, call);
    if (outcome) return { outcome };
    const current = await this.dependencies.reader.find(reissueId);
    const reissue = current?.reissue;
    switch (delivery.reached) {
      case 'COMPLETED': {
        const { status, code, retryAfterMs } = delivery.result;
        if (retryAfterMs !== undefined) throw tooManyUntil(retryAfterMs, { reissue });
        if (status === 'REFUSED' && code) throw problem(problemOfRefusal(code), { reissue });
        if (status === 'PARKED' && reissue) return { waiting: reissue };
        throw unavailable();
      }
      case 'ACCEPTED':
        if (reissue) return { waiting: reissue };
        throw unavailable();
      case 'NO_WORKFLOW':
        if (current && isFinal(current.row.state)) throw problem('wrong-state', { reissue });
        throw unavailable(); // the reconciler starts the workflow again within a minute
      case 'UNKNOWN':
        throw unavailable();
    }
  }

  private async recorded(reissueId: string, call: StepCall): Promise<StepOutcome | undefined> {
    const step = await this.dependencies.findStep(reissueId, call.updateId);
    if (!step) return undefined;
    this.requireSameRequest({ requestHmac: step.request_hmac }, call);
    return step.outcome as unknown as StepOutcome;
  }

  private requireSameRequest({ requestHmac }: Pick<StepResult, 'requestHmac'>, call: StepCall): void {
    if (requestHmac !== undefined && requestHmac !== call.requestHmac) throw problem('idempotency-mismatch');
  }
}
