import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProviderRefused, ProviderUnavailable } from '#libs/provider-client';
import { DirectCalls, type DirectOutcome } from './direct-calls.js';

const at = { waitMs: 1_000, atOnce: 2, slowCalls: 2, pauseMs: 5_000 };
const never = () => new Promise<void>(() => undefined);
const ends = () => Promise.resolve();

let counted: DirectOutcome[];
let calls: DirectCalls;
beforeEach(() => {
  jest.useFakeTimers();
  counted = [];
  calls = new DirectCalls({ ...at, onOutcome: (outcome) => counted.push(outcome) });
});
afterEach(() => void jest.useRealTimers());

/** Makes slow calls until the pause begins. */
async function beSlow(): Promise<void> {
  const slow = [calls.make(never), calls.make(never)];
  await jest.advanceTimersByTimeAsync(at.waitMs);
  expect(await Promise.all(slow)).toEqual(['slow', 'slow']);
}

describe('direct calls', () => {
  it('A direct call that ends at once is done, failed or refused', async () => {
    expect(await calls.make(ends)).toBe('done');
    expect(await calls.make(() => Promise.reject(new ProviderUnavailable('down')))).toBe('failed');
    expect(await calls.make(() => Promise.reject(new ProviderRefused('no', 400)))).toBe('refused');
    expect(counted).toEqual(['done', 'failed', 'refused']);
  });

  it('A slow direct call continues after its step stopped waiting', async () => {
    let end: (() => void) | undefined;
    let ended = false;
    const call = () => new Promise<void>((resolve) => (end = resolve)).then(() => void (ended = true));
    const made = calls.make(call);
    await jest.advanceTimersByTimeAsync(at.waitMs);
    expect(await made).toBe('slow');
    end!();
    await jest.advanceTimersByTimeAsync(0);
    expect(ended).toBe(true);
  });

  it('No further direct call is made while as many as allowed wait', async () => {
    const waiting = [calls.make(never), calls.make(never)];
    const call = jest.fn(ends);
    expect(await calls.make(call)).toBe('not_made');
    expect(call).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(at.waitMs);
    await Promise.all(waiting);
  });

  it('No direct call is made for a while after slow ones, then one is the trial', async () => {
    await beSlow();
    expect(await calls.make(ends)).toBe('not_made');
    await jest.advanceTimersByTimeAsync(at.pauseMs);
    const trial = calls.make(never);
    expect(await calls.make(ends)).toBe('not_made');
    await jest.advanceTimersByTimeAsync(at.waitMs);
    expect(await trial).toBe('slow');
    await jest.advanceTimersByTimeAsync(at.pauseMs);
    expect(await calls.make(ends)).toBe('done');
    expect(await calls.make(ends)).toBe('done');
  });

  it('Calls that fail at once are made again, because nothing waits for them', async () => {
    const fails = () => Promise.reject(new ProviderUnavailable('down'));
    for (const _ of Array.from({ length: 10 })) expect(await calls.make(fails)).toBe('failed');
  });
});
