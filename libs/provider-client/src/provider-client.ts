import { ExponentialBackoff, handleWhen, retry, type RetryPolicy } from 'cockatiel';
import type { z } from 'zod';
import {
  CircuitOpen,
  OutcomeUnknown,
  ProviderRefused,
  ProviderUnavailable,
  isCertainlyNotDone,
} from './errors.js';
import type { OnCall } from './measure-call.js';
import { performOnce, orUnknown } from './perform-once.js';
import { ProviderAddress, type CircuitOptions } from './provider-address.js';

export interface ProviderClientOptions {
  /** Base URLs of the provider's API. Each takes over when the ones before it are down. */
  readonly urls: readonly string[];
  /** Timeout of one call, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Timeout of all calls of one task together, in milliseconds. */
  readonly totalMs?: number | undefined;
  /** The first delay before a retry, in milliseconds; it doubles with each retry. */
  readonly retryMs?: number | undefined;
  readonly circuit?: CircuitOptions | undefined;
  readonly fetch?: typeof globalThis.fetch;
  /** Called after each call, also after one that failed. */
  readonly onCall?: OnCall | undefined;
}

/** One address of the provider, for the calls of one task. */
export interface ProviderEndpoint {
  /** The address's name; stable across restarts. */
  readonly name: string;
  /** Lets the provider act. It is called once. */
  post<Answer>(
    path: string,
    body: Readonly<Record<string, unknown>>,
    answer: z.ZodType<Answer>,
  ): Promise<Answer>;
  /** Asks the provider, with retries. Undefined if the provider has no record of it (404). */
  find<Answer>(path: string, answer: z.ZodType<Answer>): Promise<Answer | undefined>;
}

/** A request that a provider must carry out once. */
export interface Task<Answer> {
  /** The name of the only address that may be called; without it the first available address is. */
  readonly at?: string | null | undefined;
  /** True if an earlier call may have been carried out, which is then looked up first. */
  readonly repeated: boolean;
  readonly act: (endpoint: ProviderEndpoint) => Promise<Answer>;
  /** Asks for the request by its id; undefined if it never arrived. */
  readonly find: (endpoint: ProviderEndpoint) => Promise<Answer | undefined>;
  /**
   * Called before an address is asked to act, and with null once it is certain that none of them acted. A repetition of
   * the task passes the last value as `at`.
   */
  readonly recordAddress?: ((address: string | null) => Promise<void>) | undefined;
}

const defaultTimeoutMs = 5_000;
/** Less than the timeout of the workflow's provider activities, which also do other work. */
const defaultTotalMs = 15_000;
const defaultRetryMs = 100;
const retries = 2;

/**
 * Calls a provider that has one or more addresses. A task is carried out once, whatever fails: the next address is called
 * only if the ones before it certainly did nothing (connection refused, 429, 503, open circuit). Otherwise only the same
 * address is asked, by the request's id.
 */
export class ProviderClient {
  private readonly addresses: readonly ProviderAddress[];
  private readonly timeoutMs: number;
  private readonly totalMs: number;
  /** Retries calls that were certainly not carried out. Jitter spreads the retries of calls that failed together. */
  private readonly retryPolicy: RetryPolicy;

  constructor(
    /** The provider's name in error messages. */
    private readonly provider: string,
    {
      urls,
      timeoutMs = defaultTimeoutMs,
      totalMs = defaultTotalMs,
      retryMs = defaultRetryMs,
      circuit,
      fetch,
      onCall,
    }: ProviderClientOptions,
  ) {
    if (urls.length === 0) throw new RangeError(`${provider} has no address`);
    this.addresses = urls.map((url) => new ProviderAddress({ provider, url, circuit, fetch, onCall }));
    if (new Set(this.names).size < urls.length) throw new RangeError(`${provider} has an address twice`);
    // After a timeout there must be time left to ask for the request.
    this.timeoutMs = Math.min(timeoutMs, totalMs / 2);
    this.totalMs = totalMs;
    this.retryPolicy = retry(
      handleWhen((error) => isCertainlyNotDone(error) && !(error instanceof CircuitOpen)),
      {
        maxAttempts: retries,
        backoff: new ExponentialBackoff({ initialDelay: retryMs, maxDelay: 10 * retryMs }),
      },
    );
  }

  get names(): readonly string[] {
    return this.addresses.map(({ name }) => name);
  }

  /**
   * Lets the provider carry out a task once.
   *
   * @returns the answer, and the name of the address that gave it
   * @throws OutcomeUnknown if it may have been carried out: repeat it with `repeated`
   * @throws ProviderUnavailable if it was not carried out
   * @throws ProviderRefused for a 4xx answer
   */
  async perform<Answer>(task: Task<Answer>): Promise<{ readonly answer: Answer; readonly address: string }> {
    const endpoints = this.endpoints(task.recordAddress);
    if (task.at != null) {
      const endpoint = endpoints.find(({ name }) => name === task.at);
      if (!endpoint) throw new OutcomeUnknown(`${this.provider} (${task.at}) is no longer configured`);
      return this.retryPolicy.execute(() => performAt(task, endpoint, task.repeated));
    }
    if (task.repeated) {
      const earlier = await firstAnswer(endpoints, (endpoint) => orUnknown(() => task.find(endpoint)));
      if (earlier) return earlier;
    }
    try {
      return await this.retryPolicy.execute(() => performAtFirstAvailable(task, endpoints));
    } catch (error) {
      if (isCertainlyNotDone(error)) await task.recordAddress?.(null);
      throw error;
    }
  }

  /**
   * Asks the addresses in turn for the first answer.
   *
   * @throws ProviderUnavailable if an address before it gives no answer
   */
  async find<Answer>(
    find: (endpoint: ProviderEndpoint) => Promise<Answer | undefined>,
  ): Promise<{ readonly answer: Answer; readonly address: string } | undefined> {
    return firstAnswer(this.endpoints(), find);
  }

  private endpoints(telling?: Task<unknown>['recordAddress']): ProviderEndpoint[] {
    const until = performance.now() + this.totalMs;
    const timeLeft = (atLeast: number) => {
      const left = Math.min(this.timeoutMs, until - performance.now());
      if (left >= atLeast) return left;
      throw new ProviderUnavailable(`${this.provider} took too long`);
    };
    return this.addresses.map((address) => ({
      name: address.name,
      post: async (path, body, answer) =>
        // A call with too little time left would be aborted, and its outcome unknown. It is not made.
        address.call({ path, body, answer }, timeLeft(this.timeoutMs), async () => telling?.(address.name)),
      find: async (path, answer) =>
        this.retryPolicy.execute(() =>
          address.call({ path, answer }, timeLeft(1)).catch(undefinedIfNotFound),
        ),
    }));
  }
}

async function performAtFirstAvailable<Answer>(task: Task<Answer>, endpoints: readonly ProviderEndpoint[]) {
  let failure: unknown;
  for (const endpoint of endpoints)
    try {
      return await performAt(task, endpoint, false);
    } catch (error) {
      if (!isCertainlyNotDone(error)) throw error;
      // The error of an address that was called says more than an open circuit.
      failure = failure === undefined || failure instanceof CircuitOpen ? error : failure;
    }
  throw failure;
}

async function performAt<Answer>({ act, find }: Task<Answer>, endpoint: ProviderEndpoint, repeated: boolean) {
  const answer = await performOnce({ repeated, act: () => act(endpoint), find: () => find(endpoint) });
  return { answer, address: endpoint.name };
}

async function firstAnswer<Answer>(
  endpoints: readonly ProviderEndpoint[],
  find: (endpoint: ProviderEndpoint) => Promise<Answer | undefined>,
) {
  for (const endpoint of endpoints) {
    const answer = await find(endpoint);
    if (answer !== undefined) return { answer, address: endpoint.name };
  }
  return undefined;
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof ProviderRefused && error.status === 404) return undefined;
  throw error;
}
