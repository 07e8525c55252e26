/** Waits `ms`, or until `signal` aborts or a browser reports that the device is online again. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      browser.removeEventListener?.('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    browser.addEventListener?.('online', done, { once: true });
  });
}

const browser: {
  addEventListener?: (type: 'online', listener: () => void, options: { once: true }) => void;
  removeEventListener?: (type: 'online', listener: () => void) => void;
} = globalThis as object;
