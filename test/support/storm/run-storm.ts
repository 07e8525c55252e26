import { setTimeout as sleep } from 'node:timers/promises';
import type { State } from '#libs/domain';
import type { Customer } from '../customer.js';
import { expectSuccess } from '../http.js';
import { ordinaryPath } from '../ordinary-path.js';
import type { RunningStack } from '../running-stack.js';
import type { Disturbance } from './disturbances.js';

/** One reissue in a storm, and what its customer was told. */
export interface StormReissue {
  readonly customer: Customer;
  /** States that answers stated, in their order. */
  readonly acknowledged: State[];
  /** PEM, the certificate and its chain, as it was handed out. */
  certificate?: string;
  /** Why the customer did not reach the end. */
  failure?: string;
}

/** What happened in a storm. */
export interface Storm {
  readonly reissues: readonly StormReissue[];
  /** Names of the disturbances, in their order, while customers were under way. */
  readonly happened: readonly string[];
}

interface StormOptions {
  /** More come where these are through before each disturbance has happened once. */
  readonly reissues: number;
  /** How many are under way at once. */
  readonly atOnce: number;
  /** They happen in this order, again from the first after the last, one at a time. */
  readonly disturbances: readonly Disturbance[];
  /** From the beginning of one to that of the next, at least. */
  readonly everyMs: number;
  /** For how long a customer repeats one call. */
  readonly patienceMs: number;
  readonly onDisturbance?: (name: string) => void;
}

/** Has customers reissue their certificates while one thing after the other breaks. The last one is mended before it ends. */
export async function runStorm(stack: RunningStack, options: StormOptions): Promise<Storm> {
  const people = await stack.sandbox.makePeople(options.reissues, 'VALID');
  const reissues: StormReissue[] = [];
  const happened: string[] = [];
  const over = new AbortController();
  const next = async () => {
    while (!over.signal.aborted && (people.length > 0 || happened.length < options.disturbances.length)) {
      const person = people.pop() ?? (await stack.sandbox.makePerson('VALID'));
      const reissue: StormReissue = { customer: await stack.customerFor(person), acknowledged: [] };
      reissues.push(reissue);
      await follow(reissue, options.patienceMs);
    }
  };
  const customers = Promise.all(Array.from({ length: options.atOnce }, next));
  await Promise.all([
    customers.finally(() => over.abort()),
    // Customers do not come for ever where a disturbance cannot be mended.
    disturb(options, happened, over.signal).finally(() => over.abort()),
  ]);
  return { reissues, happened };
}

async function follow(reissue: StormReissue, patienceMs: number): Promise<void> {
  const { customer } = reissue;
  try {
    for (const { call, state } of ordinaryPath) {
      expectSuccess(await call(customer, { patienceMs }));
      const told = customer.reissue!.state;
      reissue.acknowledged.push(told);
      if (told !== state) throw new Error(`told ${told} where ${state} was due`);
      if (state === 'ISSUED') reissue.certificate = expectSuccess(await customer.download({ patienceMs }));
    }
  } catch (error) {
    reissue.failure = (error as Error).message;
  }
}

async function disturb(
  { disturbances, everyMs, onDisturbance }: StormOptions,
  happened: string[],
  over: AbortSignal,
): Promise<void> {
  for (let turn = 0; !over.aborted; turn++) {
    const pause = sleep(everyMs, undefined, { signal: over }).catch(() => undefined);
    const disturbance = disturbances[turn % disturbances.length]!;
    onDisturbance?.(disturbance.name);
    await disturbance.happen();
    happened.push(disturbance.name);
    await pause;
  }
}
