import type { ReissueApi } from './client.js';

const pollMs = 4_000;
const retryMs = 2_000;

/**
 * Calls `changed` whenever the reissue may have changed: by its events, and every few seconds while there is no stream
 * of them. Ends with `signal`.
 */
export async function follow(api: ReissueApi, changed: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const answer = await api.events(signal);
      if (answer.status === 204) return;
      if (answer.ok && answer.body) await readEvents(answer.body, changed);
      else await wait(pollMs, signal);
    } catch {
      await wait(retryMs, signal);
    }
    if (!signal.aborted) changed();
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, changed: () => void): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (/^data:/m.test(value)) changed();
  }
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
