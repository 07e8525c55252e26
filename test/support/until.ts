import { setTimeout as delay } from 'node:timers/promises';

/**
 * Calls a function repeatedly until it returns a result.
 *
 * @param what names the awaited condition in the error
 * @param look returns undefined or false, or throws, until there is a result
 * @throws Error after the time, with the last error as its cause
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 60_000, pauseMs = 100 }: { timeoutMs?: number; pauseMs?: number } = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms without result: ${what}`, { cause });
    await delay(pauseMs);
  }
}
