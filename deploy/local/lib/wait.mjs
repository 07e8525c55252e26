import { lastLines } from './files.mjs';

/** Resolves with undefined after `ms`. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Repeats a check until it succeeds.
 * @template T
 * @param {() => Promise<T>} check rejects while the answer is "not yet"
 * @param {{what: string, timeoutMs?: number, everyMs?: number, signal?: AbortSignal, log?: string}} options
 * @returns {Promise<T>}
 * @throws the signal's reason when it is aborted; an error naming the last refusal after `timeoutMs`
 */
export async function until(check, { what, timeoutMs = 60_000, everyMs = 100, signal, log }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await check();
    } catch (error) {
      signal?.throwIfAborted();
      if (Date.now() > deadline)
        throw new Error(
          `${what} was not ready within ${timeoutMs / 1000} s (${error.message})` +
            (log ? `; its log ${log} ends:\n${lastLines(log)}` : ''),
        );
    }
    await sleep(everyMs);
  }
}

/** Succeeds when the URL answers 2xx within two seconds. */
export async function answersOk(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok)
    throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return response;
}
