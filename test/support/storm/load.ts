import { setTimeout as delay } from 'node:timers/promises';
import type { RunningStack } from '../running-stack.js';
import { until } from '../until.js';
import { follow, type StormReissue } from './follow-reissue.js';

interface LoadOptions {
  /** Number of concurrent reissues. */
  readonly atOnce: number;
  /** How long a customer waits after one reissue before the next, in milliseconds. */
  readonly pauseMs: number;
  /** How long a customer repeats one call. */
  readonly patienceMs: number;
}

/** What customers noticed during a time. */
export interface Noticed {
  /** The longest call with its repetitions, in milliseconds. */
  longestCallMs: number;
  /** Each attempt that failed, and was repeated. */
  readonly failures: string[];
}

/** Customers who reissue certificates, one after the other, until the load is stopped. */
export class Load {
  readonly reissues: StormReissue[] = [];
  private noticed: Noticed = { longestCallMs: 0, failures: [] };
  private customers: Promise<unknown> | undefined;
  private stopping = false;

  constructor(
    private readonly stack: RunningStack,
    private readonly options: LoadOptions,
  ) {}

  start(): void {
    this.customers ??= Promise.all(Array.from({ length: this.options.atOnce }, () => this.reissueOnAndOn()));
  }

  /** Waits until reissues that begin from now on are registered. */
  async untilRegistered(count: number): Promise<void> {
    const before = this.reissues.length;
    await until(
      `${count} more reissues`,
      () => {
        const failed = this.reissues.find(({ failure }) => failure !== undefined);
        const later = this.reissues.slice(before);
        return (
          failed !== undefined ||
          later.filter(({ acknowledged }) => acknowledged.at(-1) === 'REGISTERED').length >= count
        );
      },
      { timeoutMs: 240_000 },
    );
  }

  /** What customers have noticed since the last call of this method. */
  takeNoticed(): Noticed {
    const { noticed } = this;
    this.noticed = { longestCallMs: 0, failures: [] };
    return noticed;
  }

  /** Resolves when each customer has finished. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.customers;
  }

  private async reissueOnAndOn(): Promise<void> {
    const { patienceMs, pauseMs } = this.options;
    while (!this.stopping) {
      // The sandbox may be without its database at this moment.
      const person = await until('a person', () => this.stack.sandbox.makePerson('VALID'), {
        timeoutMs: patienceMs,
      });
      const reissue: StormReissue = { customer: await this.stack.customerFor(person), acknowledged: [] };
      this.reissues.push(reissue);
      const onFailure = (why: string) => void this.noticed.failures.push(why);
      await follow(reissue, { patienceMs, onFailure }, (ms) => {
        this.noticed.longestCallMs = Math.max(this.noticed.longestCallMs, ms);
      });
      await delay(pauseMs);
    }
  }
}
