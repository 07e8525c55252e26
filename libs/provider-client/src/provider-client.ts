import { ExponentialBackoff, handleWhen, retry, type RetryPolicy } from 'cockatiel';
import type { z } from 'zod';
import {
  CircuitOpen,
  OutcomeUnknown,
  ProviderRefused,
  ProviderUnavailable,
  surelyNotDone,
} from './errors.js';
import { once, orUnknown } from './once.js';
import { ProviderAddress, type CircuitOptions } from './provider-address.js';

export interface ProviderClientOptions {
  /** Where the provider's API begins, path included; with several, each takes over when the ones before are down. */
  readonly urls: readonly string[];
  /** How long one call may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** How long everything for one task may take, in milliseconds. */
  readonly totalMs?: number | undefined;
  /** About how long to wait before what was surely not done is tried again, in milliseconds; then twice as long. */
  readonly retryMs?: number | undefined;
  readonly circuit?: CircuitOptions | undefined;
  readonly fetch?: typeof globalThis.fetch;
}

/** One address of the provider, for the calls of one task. */
export interface Channel {
  /** The address's name, the same after a restart. */
  readonly name: string;
  /** Has something done: called once. */
  post<Answer>(
    path: string,
    body: Readonly<Record<string, unknown>>,
    answer: z.ZodType<Answer>,
  ): Promise<Answer>;
  /** Asks, several times if need be. Undefined for what the provider does not know (404). */
  find<Answer>(path: string, answer: z.ZodType<Answer>): Promise<Answer | undefined>;
}

/** What a provider is to do, once. */
export interface Task<Answer> {
  /** The name of the one address that may be asked; otherwise the first one that can be reached. */
  readonly at?: string | null | undefined;
  /** True if an earlier call may have been carried out: that is asked before anything is done. */
  readonly repeated: boolean;
  readonly act: (channel: Channel) => Promise<Answer>;
  /** Asks by id what became of it: undefined if it never arrived. */
  readonly find: (channel: Channel) => Promise<Answer | undefined>;
  /**
   * Waited for before an address is told to act, and with null once it is sure that none of them did: whoever repeats
   * the task gives the last word as `at`.
   */
  readonly telling?: ((address: string | null) => Promise<void>) | undefined;
}

const defaultTimeoutMs = 5_000;
/** Within the time that an activity of the workflow has for its provider, with room for its own work. */
const defaultTotalMs = 15_000;
const defaultRetryMs = 100;
const retries = 2;

/**
 * A provider with one address or several. Whatever breaks, a task is carried out once: another address is told only
 * when the ones before surely did nothing (nobody listens, 429, 503, open circuit); where that is not sure the same
 * one is asked, by id, and nobody else.
 */
export class ProviderClient {
  private readonly addresses: readonly ProviderAddress[];
  private readonly timeoutMs: number;
  private readonly totalMs: number;
  /** Again after a while, unless nobody was called. Jitter keeps those who failed at once from coming back at once. */
  private readonly patiently: RetryPolicy;

  constructor(
    /** The provider's name, for messages. */
    private readonly provider: string,
    {
      urls,
      timeoutMs = defaultTimeoutMs,
      totalMs = defaultTotalMs,
      retryMs = defaultRetryMs,
      circuit,
      fetch,
    }: ProviderClientOptions,
  ) {
    if (urls.length === 0) throw new RangeError(`${provider} has no address`);
    this.addresses = urls.map((url) => new ProviderAddress({ provider, url, circuit, fetch }));
    if (new Set(this.names).size < urls.length) throw new RangeError(`${provider} has an address twice`);
    // So that after an answer that came too late there is time to ask what became of it.
    this.timeoutMs = Math.min(timeoutMs, totalMs / 2);
    this.totalMs = totalMs;
    this.patiently = retry(
      handleWhen((error) => surelyNotDone(error) && !(error instanceof CircuitOpen)),
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
   * Has a task carried out, once.
   *
   * @returns the answer, and the name of the address that gave it
   * @throws OutcomeUnknown if it may be done: repeat it with `repeated`
   * @throws ProviderUnavailable if it is not done
   * @throws ProviderRefused for a 4xx answer
   */
  async perform<Answer>(task: Task<Answer>): Promise<{ readonly answer: Answer; readonly address: string }> {
    const channels = this.channels(task.telling);
    if (task.at != null) {
      const channel = channels.find(({ name }) => name === task.at);
      if (!channel) throw new OutcomeUnknown(`${this.provider} (${task.at}) is not configured any more`);
      return this.patiently.execute(() => carryOut(task, channel, task.repeated));
    }
    if (task.repeated) {
      const earlier = await firstThat(channels, (channel) => orUnknown(() => task.find(channel)));
      if (earlier) return earlier;
    }
    try {
      return await this.patiently.execute(() => byTheFirst(task, channels));
    } catch (error) {
      if (surelyNotDone(error)) await task.telling?.(null);
      throw error;
    }
  }

  /**
   * The first answer that one of the addresses has.
   *
   * @throws ProviderUnavailable if one of those before does not say
   */
  async find<Answer>(
    find: (channel: Channel) => Promise<Answer | undefined>,
  ): Promise<{ readonly answer: Answer; readonly address: string } | undefined> {
    return firstThat(this.channels(), find);
  }

  private channels(telling?: Task<unknown>['telling']): Channel[] {
    const until = performance.now() + this.totalMs;
    const timeLeft = (atLeast: number) => {
      const left = Math.min(this.timeoutMs, until - performance.now());
      if (left >= atLeast) return left;
      throw new ProviderUnavailable(`${this.provider} took too long`);
    };
    return this.addresses.map((address) => ({
      name: address.name,
      post: async (path, body, answer) =>
        // Not begun where it would be broken off: that would only make its outcome unknown.
        address.call({ path, body, answer }, timeLeft(this.timeoutMs), async () => telling?.(address.name)),
      find: async (path, answer) =>
        this.patiently.execute(() => address.call({ path, answer }, timeLeft(1)).catch(undefinedIfNotFound)),
    }));
  }
}

async function byTheFirst<Answer>(task: Task<Answer>, channels: readonly Channel[]) {
  let failure: unknown;
  for (const channel of channels)
    try {
      return await carryOut(task, channel, false);
    } catch (error) {
      if (!surelyNotDone(error)) throw error;
      // What was really called may well answer in a moment; of what was not, nobody knows.
      failure = failure === undefined || failure instanceof CircuitOpen ? error : failure;
    }
  throw failure;
}

async function carryOut<Answer>({ act, find }: Task<Answer>, channel: Channel, repeated: boolean) {
  const answer = await once({ repeated, act: () => act(channel), find: () => find(channel) });
  return { answer, address: channel.name };
}

async function firstThat<Answer>(
  channels: readonly Channel[],
  find: (channel: Channel) => Promise<Answer | undefined>,
) {
  for (const channel of channels) {
    const answer = await find(channel);
    if (answer !== undefined) return { answer, address: channel.name };
  }
  return undefined;
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof ProviderRefused && error.status === 404) return undefined;
  throw error;
}
