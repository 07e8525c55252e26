import autocannon from 'autocannon';
import type { Sample } from '../measure.js';
import { processSeconds } from '../processor.js';

/** Concurrent requests to another CA. */
export const connections = 16;
/** Certificates of one round of another CA. */
export const perRound = 2_000;
const sampleMs = 10;

/**
 * Posts each of the bodies, over connections that stay open. The client needs little, but shares the cores with the server,
 * as the database client does in the whole cycle.
 *
 * @param server the process whose processor time counts
 * @throws Error unless each answer is 2xx
 */
export async function postEach(
  server: number,
  url: string,
  bodies: readonly string[],
  tlsOptions: { readonly ca?: string } = {},
): Promise<Sample> {
  const waiting = bodies.values();
  const cpuBefore = processSeconds(server);
  const since = performance.now();
  const result = await autocannon({
    url,
    connections,
    amount: bodies.length,
    tlsOptions,
    timeout: 30,
    // autocannon looks only at the end of each sample whether all requests are answered.
    sampleInt: sampleMs,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        // autocannon prepares one request more, which it never sends.
        setupRequest: (request) => ({ ...request, body: waiting.next().value ?? bodies[0] }),
      },
    ],
  });
  const seconds = (performance.now() - since) / 1000;
  if (result['2xx'] !== bodies.length)
    throw new Error(`${url} answered ${JSON.stringify(result.statusCodeStats)}, ${result.errors} errors`);
  return { operations: bodies.length, seconds, cpuSeconds: processSeconds(server) - cpuBefore };
}
