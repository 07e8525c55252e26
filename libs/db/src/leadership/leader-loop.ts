import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#libs/observability';
import type { Leadership, Term } from './leadership.js';
import { BatchSignal } from './batch-signal.js';

/** In milliseconds. */
export interface LoopTiming {
  /** How often to look for work without a wake-up call. */
  readonly pollMs: number;
  /** How often to try for the lock while another copy holds it. */
  readonly standbyMs: number;
  /** How long to collect work after a wake-up call, so that a burst becomes one batch. */
  readonly collectMs: number;
  readonly firstBackOffMs: number;
  readonly longestBackOffMs: number;
}

const defaultTiming: LoopTiming = {
  pollMs: 1_000,
  standbyMs: 1_000,
  collectMs: 10,
  firstBackOffMs: 250,
  longestBackOffMs: 5_000,
};

interface LeaderLoopDependencies {
  /** The name in the log, e.g. `event relay`. */
  readonly name: string;
  readonly leadership: Leadership;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly timing?: Partial<LoopTiming> | undefined;
  /**
   * Does one batch of the work.
   *
   * @param over aborts when another copy may be at work; no new work may begin then
   * @returns whether there is more work to do at once
   */
  turn(over: AbortSignal): Promise<boolean>;
}

/**
 * A loop of work that only one copy of a process runs, while the others stand by. The copy that holds the lock runs a
 * batch after each wake-up call, and at least once per poll interval. It backs off while batches fail.
 */
export class LeaderLoop {
  private readonly stopping = new AbortController();
  private readonly wakeUp = new BatchSignal();
  private readonly timing: LoopTiming;
  private running: Promise<void> | undefined;
  private failure: unknown;
  private failing = false;
  private backOffMs: number;

  /** Whether this copy holds the lock. */
  active = false;

  constructor(private readonly dependencies: LeaderLoopDependencies) {
    this.timing = { ...defaultTiming, ...dependencies.timing };
    this.backOffMs = this.timing.firstBackOffMs;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Finishes the current batch, and lets another copy take over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.dependencies.leadership.close();
  }

  /** @throws while batches fail */
  check(): void {
    if (this.failing) throw new Error(`the ${this.dependencies.name} fails`, { cause: this.failure });
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.guard(async () => {
        const term = await this.dependencies.leadership.tryToLead(this.wakeUp.call);
        if (term) return this.lead(term);
        this.forgetFailure();
        await this.rest(this.timing.standbyMs);
      });
    }
  }

  private async lead(term: Term): Promise<void> {
    const { name, logger } = this.dependencies;
    this.active = true;
    logger.info(`${name} is active`);
    const over = AbortSignal.any([term.lost, this.stopping.signal]);
    try {
      while (!over.aborted) await this.guard(() => this.turnOnce(over));
    } finally {
      this.active = false;
      logger.info(`${name} is no longer active`);
      await term.release();
    }
  }

  /** Runs one batch, then waits for the next if there is no more work. */
  private async turnOnce(over: AbortSignal): Promise<void> {
    const more = await this.dependencies.turn(over);
    if (over.aborted) return;
    if (this.failing) this.dependencies.logger.info(`${this.dependencies.name} works again`);
    this.forgetFailure();
    if (more) return;
    await this.wakeUp.wait(this.timing.pollMs, over);
    await this.rest(this.timing.collectMs);
    this.wakeUp.forget();
  }

  /** Backs off after a failure. Of several failures in a row only the first is logged. */
  private async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failure = error;
      if (!this.failing)
        this.dependencies.logger.warn({ err: error }, `${this.dependencies.name} fails; its work waits`);
      this.failing = true;
      await this.rest(this.backOffMs);
      this.backOffMs = Math.min(this.backOffMs * 2, this.timing.longestBackOffMs);
    }
  }

  private forgetFailure(): void {
    this.failing = false;
    this.failure = undefined;
    this.backOffMs = this.timing.firstBackOffMs;
  }

  private async rest(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
