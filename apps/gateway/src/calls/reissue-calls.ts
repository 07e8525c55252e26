import { addToLogContext } from '#libs/observability';
import type { startRequestSchema, StepOutcome } from '#libs/contracts';
import { problemOfRefusal } from '#libs/contracts';
import type { CallState, StepRow } from '#libs/db/reissues';
import { isFinal } from '#libs/domain';
import type { z } from 'zod';
import type { AccessTokens } from '../access/access-tokens.js';
import { tooManyUntil, type CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import type { Admission, AdmittedKind } from '../admission/admission.js';
import { problem, unavailable } from '../problems.js';
import type { ReissueReader } from '../reissue-queries/reissue-reader.js';
import type { CallResponse } from './call-response.js';
import type { CallIdentity, CallsInFlight } from './calls-in-flight.js';
import type { StartConsentCheck } from './start-consent-check.js';
import type { Envelopes } from './envelopes.js';
import { precheck, waitsForOperator } from './precheck.js';
import type { PlacedValue, ReceivedCalls } from './received-calls.js';
import type { Delivery, ReissueWorkflows } from './reissue-workflows.js';
import type { RequestIds } from './request-ids.js';
import { startResponse, stepResponse, type CallResult } from './step-responses.js';
import { StepDraft, type StepCall } from './step-draft.js';
import { particularsField, particularsOf, startMessage } from './step-messages.js';
import { stepRoute, steps, type StepBody, type StepKind } from './steps.js';

const startRoute = '/v1/reissues';

interface ReissueCallsDependencies {
  readonly stateOf: (reissueId: string, updateId: string) => Promise<CallState>;
  readonly findStep: (reissueId: string, updateId: string) => Promise<StepRow | undefined>;
  readonly received: Pick<ReceivedCalls, 'receive'>;
  readonly ids: RequestIds;
  readonly inFlight: CallsInFlight;
  readonly admission: Pick<Admission, 'run'>;
  readonly limits: Pick<CallLimits, 'admit' | 'usesOf'>;
  readonly workflows: Pick<ReissueWorkflows, 'start' | 'send'>;
  readonly envelopes: Pick<Envelopes, 'inspect' | 'place' | 'sealParticulars'>;
  readonly reader: Pick<ReissueReader, 'find' | 'read'>;
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
    const { stateOf, ids, limits, workflows, envelopes, received, consents, tokens, clock } =
      this.dependencies;
    const { apiKeyName, idempotencyKey } = caller;
    const reissueId = ids.reissueId(apiKeyName, idempotencyKey);
    addToLogContext({ reissueId, frontEnd: apiKeyName, step: 'start' });
    const call = this.identify(startRoute, caller, body);
    const draft = new StepDraft(reissueId, call, ids);
    const message = startMessage(draft, apiKeyName, body);
    const sealedFor = { sub: idempotencyKey, client: apiKeyName, keyThumbprint: body.keyThumbprint };
    return this.once('start', { reissueId, ...call }, async () => {
      const state = await stateOf(reissueId, call.updateId);
      const result = await this.resolve(reissueId, call, state, async () => {
        // If the row exists, the worker has read the applicant's data already, so a repeated call need not store the data
        // again.
        const sealed: PlacedValue[] = [];
        if (!state.reissue) {
          await limits.admit('start', caller);
          consents.requireIdentityStage(body.consents);
          envelopes.inspect(sealedFor, draft.sealed, clock());
          const { keyThumbprint } = body;
          const place = { handle: draft.handleOf(particularsField), reissueId, updateId: call.updateId };
          sealed.push(
            ...envelopes.place(reissueId, sealedFor, draft.sealed),
            await envelopes.sealParticulars({ ...place, keyThumbprint }, particularsOf(body)),
          );
        }
        await received.receive({ reissueId, ...call }, message.kind, { sealed });
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
    const { ids, limits, workflows, envelopes, reader, received, clock } = this.dependencies;
    const { response, message: build } = steps[kind];
    addToLogContext({ reissueId, frontEnd: caller.apiKeyName, step: kind });
    const call = this.identify(stepRoute(kind), caller, body);
    const draft = new StepDraft(reissueId, call, ids);
    const message = build(draft, body as never);
    return this.once('step', { reissueId, ...call }, async () => {
      const result = await this.resolve(reissueId, call, caller.state, async () => {
        const { row, reissue } = reader.read(caller.state);
        if (waitsForOperator(row, call)) return { reached: 'ACCEPTED' };
        const sealedFor = { sub: reissueId, client: row.api_key_name, keyThumbprint: row.key_thumbprint };
        try {
          precheck(row, message, reissue);
          envelopes.inspect(sealedFor, draft.sealed, clock());
        } catch (refusal) {
          await limits.admit('call', caller);
          throw refusal;
        }
        await received.receive({ reissueId, ...call }, kind, {
          sealed: envelopes.place(reissueId, sealedFor, draft.sealed),
          limits: limits.usesOf('call', caller),
        });
        return workflows.send(reissueId, message, row.event_sequence + row.steps);
      });
      return stepResponse(response.bodyOf, result);
    });
  }

  private identify(route: string, { idempotencyKey, origin }: Caller, body: unknown): StepCall {
    const { ids } = this.dependencies;
    return { updateId: ids.updateId(route, idempotencyKey), requestHmac: ids.requestHmac(body), origin };
  }

  /** Makes a call that is admitted. The same call shares the answer of the one in flight. */
  private once<T>(kind: AdmittedKind, call: CallIdentity, make: () => Promise<T>): Promise<T> {
    const { inFlight, admission } = this.dependencies;
    return inFlight.run(call, () => admission.run(kind, make));
  }

  private async resolve(
    reissueId: string,
    call: StepCall,
    before: CallState | undefined,
    deliver: () => Promise<Delivery>,
  ): Promise<CallResult> {
    if (before?.step) return { outcome: this.outcomeOf(before.step, call) };
    this.requireSameRequest({ requestHmac: before?.receivedRequest }, call);
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
    return step && this.outcomeOf(step, call);
  }

  private outcomeOf(step: Pick<StepRow, 'request_hmac' | 'outcome'>, call: StepCall): StepOutcome {
    this.requireSameRequest({ requestHmac: step.request_hmac }, call);
    return step.outcome as unknown as StepOutcome;
  }

  private requireSameRequest(
    { requestHmac }: { readonly requestHmac?: string | undefined },
    call: StepCall,
  ): void {
    if (requestHmac !== undefined && requestHmac !== call.requestHmac) throw problem('idempotency-mismatch');
  }
}
