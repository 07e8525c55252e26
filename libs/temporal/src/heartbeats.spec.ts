import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { heartbeats } from './heartbeats.js';

const input = { args: [], headers: {} };
let sent: number;
/** An activity with this heartbeat timeout. */
const contextWith = (heartbeatTimeoutMs?: number) =>
  ({ info: { heartbeatTimeoutMs }, heartbeat: () => void (sent += 1) }) as never;

beforeEach(() => {
  jest.useFakeTimers();
  sent = 0;
});
afterEach(() => void jest.useRealTimers());

describe('heartbeats', () => {
  it('are sent while the activity runs, and no longer', async () => {
    let finish!: () => void;
    const activity = () => new Promise<void>((resolve) => (finish = resolve));
    const running = heartbeats(contextWith(10_000)).inbound!.execute!(input, activity);
    await jest.advanceTimersByTimeAsync(9_000);
    expect(sent).toBe(4);
    finish();
    await running;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent).toBe(4);
  });

  it('end with an activity that fails', async () => {
    const failing = heartbeats(contextWith(10_000)).inbound!.execute!(input, () =>
      Promise.reject(new Error('no')),
    );
    await expect(failing).rejects.toThrow('no');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent).toBe(0);
  });

  it('are not sent for an activity without a heartbeat timeout', () => {
    expect(heartbeats(contextWith())).toEqual({});
  });
});
