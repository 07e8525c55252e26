import { setTimeout as delay } from 'node:timers/promises';
import type { RunningStack } from '../running-stack.js';
import { until } from '../until.js';
import type { Disturbance } from './disturbances.js';
import { follow, type StormReissue } from './follow-reissue.js';

/** The result of a storm. */
export interface Storm {
  readonly reissues: readonly StormReissue[];
  /** Names of the disturbances that happened, in order. */
  readonly happened: readonly string[];
}

interface StormOptions {
  /** Number of reissues. More are started if these end before each disturbance has happened once. */
  readonly reissues: number;
  /** Number of concurrent reissues. */
  readonly atOnce: number;
  /** They happen in this order, one at a time, repeatedly. */
  readonly disturbances: readonly Disturbance[];
  /** Minimum time from the start of one to the start of the next. */
  readonly everyMs: number;
  /** How long a customer repeats one call. */
  readonly patienceMs: number;
  readonly onDisturbance?: (name: string) => void;
}

/** Runs reissues during disturbances. The last disturbance is over when it resolves. */
export async function runStorm(stack: RunningStack, options: StormOptions): Promise<Storm> {
  const people = await stack.sandbox.makePeople(options.reissues, 'VALID');
  const reissues: StormReissue[] = [];
  const happened: string[] = [];
  const over = new AbortController();
  // The sandbox may be without its database at this moment.
  const another = () =>
    until('another person', () => stack.sandbox.makePerson('VALID'), { timeoutMs: options.patienceMs });
  const next = async () => {
    while (!over.signal.aborted && (people.length > 0 || happened.length < options.disturbances.length)) {
      const person = people.pop() ?? (await another());
      const reissue: StormReissue = { customer: await stack.customerFor(person), acknowledged: [] };
      reissues.push(reissue);
      await follow(reissue, { patienceMs: options.patienceMs });
    }
  };
  const customers = Promise.all(Array.from({ length: options.atOnce }, next));
  await Promise.all([
    customers.finally(() => over.abort()),
    // If a disturbance fails, no more customers start.
    disturb(options, happened, over.signal).finally(() => over.abort()),
  ]);
  return { reissues, happened };
}

async function disturb(
  { disturbances, everyMs, onDisturbance }: StormOptions,
  happened: string[],
  over: AbortSignal,
): Promise<void> {
  for (let turn = 0; !over.aborted; turn++) {
    const pause = delay(everyMs, undefined, { signal: over }).catch(() => undefined);
    const disturbance = disturbances[turn % disturbances.length]!;
    onDisturbance?.(disturbance.name);
    await disturbance.happen();
    happened.push(disturbance.name);
    await pause;
  }
}
