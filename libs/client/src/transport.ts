import { endpoints, type Endpoints } from './generated/endpoints.gen.js';
import { pause } from './pause.js';
import { ConnectionLost, problemOf } from './problems.js';
import { ServerClock } from './server-clock.js';

export type EndpointId = keyof Endpoints;
type Data<Id extends EndpointId> = Endpoints[Id]['data'];
export type ResponseBody<Id extends EndpointId> = Endpoints[Id]['answer'];

export interface ClientOptions {
  /** Where the gateway is, such as `https://reissue.bank.example`; empty for a page that it serves itself. */
  readonly baseUrl: string;
  /** Identifies the front end. */
  readonly apiKey: string;
  /** Language of the texts in problems (default `ko`). */
  readonly language?: 'ko' | 'en';
  /** A random id that the app stores. With it, limits apply to this device apart from others at the same address. */
  readonly deviceId?: string;
  /** How long a call without a final response is repeated, in milliseconds (30,000). */
  readonly patienceMs?: number;
  /** Time limit of one attempt, in milliseconds (20,000; the gateway answers within 10 seconds). */
  readonly tryMs?: number;
  /** Called after each attempt with true if it reached the gateway, so that an app can show lost connections. */
  readonly onReach?: (reached: boolean) => void;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** The device's clock, in milliseconds since 1970 (`Date.now`). It may be wrong. */
  readonly deviceClock?: () => number;
}

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call and its repetition. */
  readonly signal?: AbortSignal;
  readonly patienceMs?: number;
}

export interface PostOptions extends CallOptions {
  /** 16 to 128 printable characters; default: a new one. */
  readonly idempotencyKey?: string;
}

/** A call of an endpoint: path, query, body and options. */
export type Call<Id extends EndpointId> = Pick<Data<Id>, 'body' | 'path' | 'query'> &
  PostOptions & {
    readonly accessToken?: string | undefined;
    readonly accept?: string;
    readonly lastEventId?: string;
  };

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Statuses of a proxy that cannot reach the gateway. */
const proxyStatuses = [502, 503, 504];

/** A new Idempotency-Key. */
export const newIdempotencyKey = (): string => `key-${crypto.randomUUID()}`;

/**
 * Sends calls, and repeats a call until it has a final response: while no response comes, while the response asks for it
 * (`Retry-After`), and while the step continues in the background (202) without needing an operator.
 */
export class Transport {
  readonly clock: ServerClock;

  constructor(readonly options: ClientOptions) {
    this.clock = new ServerClock(options.deviceClock);
  }

  /** @throws ReissueProblem, ConnectionLost, or the reason of `signal` */
  async json<Id extends EndpointId>(id: Id, call: Call<Id>): Promise<ResponseBody<Id>> {
    return this.repeat(id, call, async (response) => (await response.json()) as ResponseBody<Id>);
  }

  /** As `json`, for a response that is not JSON. @throws ReissueProblem, ConnectionLost, or the reason of `signal` */
  async bytes<Id extends EndpointId>(id: Id, call: Call<Id>): Promise<Uint8Array<ArrayBuffer>> {
    return this.repeat(id, call, async (response) => new Uint8Array(await response.arrayBuffer()));
  }

  /** Makes one attempt and returns any response. @throws the errors of `fetch` */
  async once<Id extends EndpointId>(id: Id, call: Call<Id>): Promise<Response> {
    const { method, path } = endpoints[id];
    const { body, accessToken, idempotencyKey, accept, lastEventId, signal } = call;
    const { baseUrl, apiKey, language = 'ko', deviceId } = this.options;
    const form = body instanceof FormData;
    const headers = {
      accept: accept ?? 'application/json',
      'accept-language': language,
      'x-api-key': apiKey,
      ...(deviceId === undefined ? {} : { 'x-device-id': deviceId }),
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
    };
    const send = this.options.fetch ?? fetch;
    const sentAt = this.clock.device();
    const response = await send(baseUrl + addressOf(path, call), {
      method,
      headers,
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    this.clock.measure(sentAt, response.headers.get('date'));
    return response;
  }

  private async repeat<Id extends EndpointId, Result>(
    id: Id,
    call: Call<Id>,
    read: (response: Response) => Promise<Result>,
  ): Promise<Result> {
    const { patienceMs = this.options.patienceMs ?? 30_000 } = call;
    const key = endpoints[id].method === 'POST' ? (call.idempotencyKey ?? newIdempotencyKey()) : undefined;
    const same = { ...call, ...(key === undefined ? {} : { idempotencyKey: key }) };
    const end = performance.now() + patienceMs;
    for (let tries = 0; ; tries += 1) {
      const outcome = await this.attempt(id, same, read);
      if ('result' in outcome && outcome.final) return outcome.result;
      // Jitter, so that clients do not all repeat their calls at the same time after an outage.
      const backOff = Math.min(firstPauseMs * 2 ** tries, longestPauseMs) * (0.5 + Math.random() / 2);
      const wait = outcome.waitMs ?? backOff;
      if (performance.now() + wait > end || outcome.final) {
        if ('result' in outcome) return outcome.result;
        if ('problem' in outcome) throw outcome.problem;
        throw new ConnectionLost(outcome.lost);
      }
      await pause(wait, call.signal);
      call.signal?.throwIfAborted();
    }
  }

  /** Makes one attempt, and returns whether to repeat it. @throws the reason of the call's signal */
  private async attempt<Id extends EndpointId, Result>(
    id: Id,
    call: Call<Id>,
    read: (response: Response) => Promise<Result>,
  ): Promise<Outcome<Result>> {
    const attemptTimeout = AbortSignal.timeout(this.options.tryMs ?? 20_000);
    const signal = call.signal ? AbortSignal.any([call.signal, attemptTimeout]) : attemptTimeout;
    try {
      const response = await this.once(id, { ...call, signal });
      this.options.onReach?.(!proxyStatuses.includes(response.status));
      if (response.ok) {
        const result = await read(response);
        return { result, final: response.status !== 202 || needsOperator(result) };
      }
      const problem = await problemOf(response);
      const { retryAfterMs } = problem;
      const again = retryAfterMs !== undefined || proxyStatuses.includes(response.status);
      return { problem, final: !again, waitMs: retryAfterMs };
    } catch (lost) {
      call.signal?.throwIfAborted();
      this.options.onReach?.(false);
      return { lost, final: false };
    }
  }
}

type Outcome<Result> = { readonly final: boolean; readonly waitMs?: number | undefined } & (
  { readonly result: Result } | { readonly problem: Error } | { readonly lost: unknown }
);

function addressOf(template: string, { path, query }: { path?: unknown; query?: unknown }): string {
  const named = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((path as Record<string, string>)[name] ?? ''),
  );
  const search = new URLSearchParams((query ?? {}) as Record<string, string>).toString();
  return search === '' ? named : `${named}?${search}`;
}

function needsOperator(result: unknown): boolean {
  const { reissue = result } = result as { reissue?: unknown };
  return (reissue as { next?: { action?: string } }).next?.action === 'NEEDS_OPERATOR';
}
