import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayClient, slugOf } from '../testing/gateway-client.js';

let client: GatewayClient;
beforeEach(async () => void (client = await GatewayClient.open()));
afterEach(() => client.close());

describe('a gateway with too much load', () => {
  /** Messages that wait for the workflows. */
  const held: (() => void)[] = [];
  const startNow = () => client.call('POST', '/v1/reissues', { body: client.startBody() });
  const holdWorkflows = () => {
    client.gateway.deliver = async (message, reissueId) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return client.gateway.completeStep(reissueId, message);
    };
  };
  const continueWorkflows = () => {
    client.gateway.deliver = async (message, reissueId) => client.gateway.completeStep(reissueId, message);
    for (const resolve of held.splice(0)) resolve();
  };
  /** Starts reissues until one is refused. */
  const saturate = async () => {
    const starts: Promise<Response>[] = [];
    for (;;) {
      const waiting = held.length;
      const start = startNow();
      const arrived = async () => {
        while (held.length === waiting) await new Promise((resolve) => setImmediate(resolve));
      };
      const refused = await Promise.race([start, arrived()]);
      if (refused) return { starts, refused };
      starts.push(start);
    }
  };

  it('Starts are refused with 503 and Retry-After before anything is read; steps and reads are not', async () => {
    const reissue = await client.begun();
    holdWorkflows();
    const { starts, refused } = await saturate();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await slugOf(refused)).toBe('unavailable');
    client.gateway.accessReads = 0;
    expect((await startNow()).status).toBe(503);
    expect(client.gateway.accessReads).toBe(0);
    expect((await reissue.get('')).status).toBe(200);
    const step = reissue.post('cancel', {});
    while (held.length === starts.length) await new Promise((resolve) => setImmediate(resolve));

    continueWorkflows();
    expect((await step).status).toBe(200);
    for (const start of starts) expect((await start).status).toBe(201);
    expect((await startNow()).status).toBe(201);
  });
});
