import type { CustomerMessage, StartReissue } from '#libs/domain';
import type { Delivery } from '../calls/reissue-workflows.js';
import { problem } from '../problems.js';
import { AdaptiveLimit } from './adaptive-limit.js';

/** The kinds of calls that are admitted: starts of reissues, and steps of reissues under way. */
export const admittedKinds = ['start', 'step'] as const;
export type AdmittedKind = (typeof admittedKinds)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** As what {@link Admission} admits the calls of this route; calls of other routes are never refused by it. */
    admittedAs?: AdmittedKind;
  }
}

type Message = StartReissue | CustomerMessage;

interface AdmissionOptions {
  /** How long a step without an external call may take, in milliseconds, before fewer starts are admitted. */
  readonly targetMs: number;
  /** Calls in progress at most, of all kinds. */
  readonly maxCalls: number;
  /** A monotonic clock in milliseconds. */
  readonly clock?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** The limit before any call was measured, and the smallest one. */
const [initialLimit, minLimit] = [32, 16];
/**
 * Steps have this many times the limit of starts, because the reissue they belong to was accepted before. Where starts are
 * refused, a step takes about a fifth of the time that calls wait by default. With four times as many calls in progress it
 * still ends within that time.
 */
const stepFactor = 4;
/** When a refused call may be repeated, in seconds: from, and up to how much later, so that not all come back at once. */
const retryAfter: Readonly<Record<AdmittedKind, readonly [from: number, spread: number]>> = {
  start: [3, 5],
  step: [1, 2],
};
/** Steps that make no external call. Only load makes them slow; other steps are also slow while a provider is. */
const measuredKinds: ReadonlySet<Message['kind']> = new Set<Message['kind']>([
  'submitPassword',
  'resetPassword',
  'giveConsents',
  'proveRegistration',
  'cancel',
]);

/**
 * Refuses calls while the process has more in progress than the stack completes in time. Starts are refused first, so that
 * reissues under way finish. Each process decides by what it measures itself.
 */
export class Admission {
  private readonly adaptive: AdaptiveLimit;
  private readonly clock: () => number;
  private readonly random: () => number;
  private readonly running: Record<AdmittedKind, number> = { start: 0, step: 0 };
  private readonly refusals: Record<AdmittedKind, number> = { start: 0, step: 0 };

  constructor(private readonly options: AdmissionOptions) {
    this.clock = options.clock ?? (() => performance.now());
    this.random = options.random ?? Math.random;
    const { targetMs, maxCalls } = options;
    this.adaptive = new AdaptiveLimit({ min: minLimit, initial: initialLimit, max: maxCalls, targetMs });
  }

  /** How many calls of all kinds may be in progress when a call of this kind comes. */
  limitOf(kind: AdmittedKind): number {
    const limit = this.adaptive.value;
    return kind === 'start' ? limit : Math.min(this.options.maxCalls, stepFactor * limit);
  }

  inProgress(kind: AdmittedKind): number {
    return this.running[kind];
  }

  /** Calls of this kind that were refused since the process started. */
  refused(kind: AdmittedKind): number {
    return this.refusals[kind];
  }

  /**
   * Refuses a call before any work is spent on it.
   *
   * @throws ProblemError 503 `unavailable` with `Retry-After`
   */
  requireRoom(kind: AdmittedKind): void {
    if (this.total < this.limitOf(kind)) return;
    this.refusals[kind] += 1;
    const [from, spread] = retryAfter[kind];
    const seconds = Math.round(from + this.random() * spread);
    throw problem('unavailable', { headers: { 'retry-after': String(seconds) }, expected: true });
  }

  /** Makes a call, if there is room for it. @throws ProblemError 503 `unavailable` with `Retry-After` */
  async run<T>(kind: AdmittedKind, call: () => Promise<T>): Promise<T> {
    this.requireRoom(kind);
    this.running[kind] += 1;
    try {
      return await call();
    } finally {
      this.running[kind] -= 1;
    }
  }

  /** Sends a message to a workflow, and measures how long its step takes. */
  async measure(kind: Message['kind'], send: () => Promise<Delivery>): Promise<Delivery> {
    const startedAt = this.clock();
    const delivery = await send();
    if (measuredKinds.has(kind) || delivery.reached === 'UNKNOWN')
      this.adaptive.observe({ startedAt, endedAt: this.clock(), atOnce: this.total });
    return delivery;
  }

  private get total(): number {
    return this.running.start + this.running.step;
  }
}
