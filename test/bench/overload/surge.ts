import { setTimeout as delay } from 'node:timers/promises';
import { reissueOnce, StepFailure } from '../../demo/reissue-once.js';
import type { Person } from '../../support/sandbox.js';
import type { RunningStack } from '../../support/running-stack.js';
import type { Responses } from './responses.js';

const request = { reason: 'EXPIRED', by: 'MOBILE', methods: ['PHONE_CODE', 'ONE_WON'] } as const;
/** The step of `reissueOnce` that the gateway refuses first. */
const startStep = 'Started, codes sent';
/** How long a customer of a surge repeats one call, in milliseconds. */
const surgePatienceMs = 60_000;

/** How the visit of a customer ended: with a certificate, before the reissue was accepted, or on the way. */
export type Visit =
  | { readonly ended: 'registered'; readonly at: number }
  | { readonly ended: 'refused'; readonly message: string }
  | { readonly ended: 'failed'; readonly step: string; readonly message: string };

/** One customer, from the start to the registration. Repeats refused calls as the client library does. */
export async function visit(
  stack: RunningStack,
  person: Person,
  responses: Responses,
  patienceMs: number,
): Promise<Visit> {
  const endpoints = {
    gateway: stack.addresses.gateway,
    sandbox: stack.sandbox,
    fetch: responses.fetch,
  };
  try {
    await reissueOnce(endpoints, person, { ...request, patienceMs });
    return { ended: 'registered', at: performance.now() };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const { step, message } = error;
    return step === startStep ? { ended: 'refused', message } : { ended: 'failed', step, message };
  }
}

export interface Surge {
  readonly visits: readonly Visit[];
  /** Times on the clock of `performance.now`. */
  readonly began: number;
  readonly ended: number;
}

/** Customers who arrive at a rate of their own, however slowly they are served (open loop). */
export async function surge(
  stack: RunningStack,
  people: readonly Person[],
  perSecond: number,
  responses: Responses,
): Promise<Surge> {
  const began = performance.now();
  const visits = people.map(async (person, index) => {
    await delay((index / perSecond) * 1000);
    return visit(stack, person, responses, surgePatienceMs);
  });
  const all = await Promise.all(visits);
  return { visits: all, began, ended: performance.now() };
}

/** Registered reissues a second, without the first and the last tenth: from when it is full until it gets empty. */
export function sustainedRate({ visits }: Pick<Surge, 'visits'>): number {
  const times = visits
    .flatMap((each) => (each.ended === 'registered' ? [each.at] : []))
    .sort((a, b) => a - b);
  const [first, last] = [Math.floor(times.length / 10), Math.ceil(0.9 * times.length) - 1];
  return last > first ? ((last - first) / (times[last]! - times[first]!)) * 1000 : 0;
}
