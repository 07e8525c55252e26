import autocannon from 'autocannon';
import type { Sample } from '../measure.js';

/** How many requests a rival has to answer at once. */
export const connections = 16;
/** Certificates of one round of a rival. */
export const perRound = 2_000;

/**
 * Posts each of the bodies, over connections that stay open. The client is a light one, but takes its share of the
 * machine's cores, as in the whole cycle the database's client does.
 * @throws Error unless each is answered with 2xx
 */
export async function postEach(
  url: string,
  bodies: readonly string[],
  tlsOptions: { readonly ca?: string } = {},
): Promise<Sample> {
  const waiting = bodies.values();
  const since = performance.now();
  const result = await autocannon({
    url,
    connections,
    amount: bodies.length,
    tlsOptions,
    timeout: 30,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        // It prepares a request ahead, which is never sent.
        setupRequest: (request) => ({ ...request, body: waiting.next().value ?? bodies[0] }),
      },
    ],
  });
  const seconds = (performance.now() - since) / 1000;
  if (result['2xx'] !== bodies.length)
    throw new Error(`${url} answered ${JSON.stringify(result.statusCodeStats)}, ${result.errors} errors`);
  return { operations: bodies.length, seconds };
}
