import type { VidCheckAnswer, VidCheckRequest } from '#activities/certificate';
import type { vidCheckRequestSchema, vidCheckResponseSchema } from '#libs/contracts';
import type { VidCheckRow } from '#libs/db/certificates';
import { networksOf } from '#libs/rate-limit';
import type { z } from 'zod';
import type { CallLimits } from '../access/call-limits.js';
import type { Caller } from '../access/caller.js';
import type { CallsInFlight } from '../calls/calls-in-flight.js';
import type { Envelopes } from '../calls/envelopes.js';
import type { ReceivedCalls } from '../calls/received-calls.js';
import type { RequestIds } from '../calls/request-ids.js';
import { problem } from '../problems.js';

export type VidCheckResponse = z.output<typeof vidCheckResponseSchema>;

interface VidChecksDependencies {
  readonly find: (checkId: string) => Promise<VidCheckRow | undefined>;
  readonly isIssued: (serial: string) => Promise<boolean>;
  readonly received: Pick<ReceivedCalls, 'requireSame' | 'receive'>;
  readonly ids: RequestIds;
  readonly inFlight: CallsInFlight;
  readonly limits: Pick<CallLimits, 'admit'>;
  readonly envelopes: Pick<Envelopes, 'inspect' | 'place'>;
  readonly check: (request: VidCheckRequest) => Promise<VidCheckAnswer>;
  readonly clock: () => Date;
}

/**
 * Checks whether the VID of a certificate was computed from a resident registration number and an R. Only the worker opens
 * the two values. A repeated call gets the recorded result.
 */
export class VidCheckCalls {
  constructor(private readonly dependencies: VidChecksDependencies) {}

  /** @throws ProblemError */
  check(
    caller: Caller,
    serial: string,
    body: z.output<typeof vidCheckRequestSchema>,
  ): Promise<VidCheckResponse> {
    const { apiKeyName, idempotencyKey } = caller;
    const { ids, inFlight, limits, received, find } = this.dependencies;
    const checkId = ids.vidCheckId(apiKeyName, idempotencyKey);
    const requestHmac = ids.requestHmac({ serial, ...body });
    const call = { reissueId: checkId, updateId: checkId, requestHmac };
    return inFlight.run(call, async () => {
      const before = await find(checkId);
      if (before)
        return this.respond(serial, requestHmac, {
          matches: before.matches,
          requestHmac: before.request_hmac,
        });
      await received.requireSame(call);
      await limits.admit('call', caller);
      const request = await this.keep(
        {
          ...{ checkId, requestHmac, apiKeyName, serial, subject: idempotencyKey },
          callers: networksOf(caller.origin.address).map((network) =>
            ids.limitKey('vid-check', 'caller', apiKeyName, network),
          ),
        },
        body,
      );
      const answer = await this.dependencies.check(request);
      switch (answer.answer) {
        case 'CHECKED':
          return this.respond(serial, requestHmac, answer);
        case 'ENVELOPE_REFUSED':
          throw problem('envelope-refused');
        case 'CERTIFICATE_WITHOUT_VID':
          throw problem('certificate-without-vid');
        case 'TOO_MANY_WRONG': {
          const seconds = Math.ceil((Date.parse(answer.nextAt) - this.dependencies.clock().getTime()) / 1000);
          throw problem('too-many-wrong-checks', {
            headers: { 'retry-after': String(Math.max(1, seconds)) },
          });
        }
      }
    });
  }

  /** Stores the two sealed values in the vault, bound to this request. */
  private async keep(
    check: Omit<VidCheckRequest, 'rrn' | 'random'>,
    body: z.output<typeof vidCheckRequestSchema>,
  ): Promise<VidCheckRequest> {
    const { ids, envelopes, received, clock, isIssued } = this.dependencies;
    const { checkId, requestHmac: updateId, subject } = check;
    if (!(await isIssued(check.serial))) throw problem('not-found');
    const handles = {
      rrn: ids.vaultHandle(checkId, updateId, 'rrn'),
      random: ids.vaultHandle(checkId, updateId, 'random'),
    };
    const sealed = [
      { handle: handles.rrn, updateId, pointer: '#/rrn', purpose: 'rrn', envelope: body.rrn },
      { handle: handles.random, updateId, pointer: '#/random', purpose: 'vid-random', envelope: body.random },
    ] as const;
    const sealedFor = { sub: subject, client: check.apiKeyName, keyThumbprint: null };
    envelopes.inspect(sealedFor, sealed, clock());
    await received.receive(
      { reissueId: checkId, updateId: checkId, requestHmac: check.requestHmac },
      'checkVid',
      { sealed: envelopes.place(checkId, sealedFor, sealed) },
    );
    return { ...check, ...handles };
  }

  private respond(
    serial: string,
    requestHmac: string,
    checked: { readonly matches: boolean; readonly requestHmac: string },
  ): VidCheckResponse {
    if (checked.requestHmac !== requestHmac) throw problem('idempotency-mismatch');
    return { serial, matches: checked.matches };
  }
}
