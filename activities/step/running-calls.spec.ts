import { describe, expect, it, jest } from '@jest/globals';
import { RunningCalls } from './running-calls.js';

describe('running calls', () => {
  it('A call with the key of a running one waits for it and is not made', async () => {
    const running = new RunningCalls();
    let end: (() => void) | undefined;
    const first = running.share('a', () => new Promise((resolve) => (end = resolve)));
    const second = jest.fn(() => Promise.resolve());
    const waiting = running.share('a', second);
    expect(running.has('a')).toBe(true);
    end!();
    await Promise.all([first, waiting]);
    expect(second).not.toHaveBeenCalled();
  });

  it('A call is made again once the one before it has ended or failed', async () => {
    const running = new RunningCalls();
    await expect(running.share('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(running.has('a')).toBe(false);
    const again = jest.fn(() => Promise.resolve());
    await running.share('a', again);
    expect(again).toHaveBeenCalledTimes(1);
  });
});
