import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AppCopy } from '../support/app-copies.js';
import { Gateway } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { until } from '../support/until.js';

jest.setTimeout(180_000);
/** Longer than any test: the process drains until it is killed. */
const endlessMs = 600_000;

describe('a gateway that is asked to end', () => {
  let gateway: AppCopy;
  const connectionAfterCall = async () => {
    const answer = await new Gateway(gateway.url).get('/v1/password-rules', { patienceMs: 0 });
    expectSuccess(answer);
    return answer.headers.get('connection');
  };

  beforeAll(async () => {
    gateway = await AppCopy.start('gateway', { RESEAL_DRAIN_MS: String(endlessMs) });
    await gateway.untilReady();
  });
  afterAll(() => gateway.end());

  it('A gateway keeps connections open before it drains', async () => {
    expect(await connectionAfterCall()).not.toBe('close');
  });

  it('A draining gateway is not ready, answers calls and closes their connections', async () => {
    gateway.signal('SIGTERM');
    await until('it to be draining', async () => (await gateway.readiness()).status === 'draining');
    expect(await connectionAfterCall()).toBe('close');
  });
});

it('A drained gateway ends with 0', async () => {
  const gateway = await AppCopy.start('gateway', { RESEAL_DRAIN_MS: '1000' });
  await gateway.untilReady();
  gateway.signal('SIGTERM');
  expect(await gateway.untilEnded()).toBe(0);
});
