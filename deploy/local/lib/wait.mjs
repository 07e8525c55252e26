import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from './errors.mjs';
import { lastLines } from './files.mjs';

/**
 * Repeats a check until it succeeds.
 * @template T
 * @param {() => Promise<T>} check rejects until the condition holds
 * @param {{what: string, timeoutMs?: number, everyMs?: number, signal?: AbortSignal, log?: string}} options
 * @returns {Promise<T>}
 * @throws the signal's reason when the signal aborts; after `timeoutMs`, an error with the message of the last failure
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
          `${what} was not ready within ${timeoutMs / 1000} s (${messageOf(error)})` +
            (log ? `; its log ${log} ends:\n${lastLines(log)}` : ''),
        );
    }
    await delay(everyMs);
  }
}

/**
 * Resolves when a URL answers 2xx within two seconds.
 * @param {string} url
 */
export async function answersOk(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok)
    throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return response;
}
