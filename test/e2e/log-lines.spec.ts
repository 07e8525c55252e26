import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stateFolder } from '../support/app-environment.js';
import type { Customer } from '../support/customer.js';
import { connectToStack } from '../support/running-stack.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);
const stack = connectToStack();
let customer: Customer;
beforeAll(async () => {
  customer = await stack.newCustomer('VALID');
  await customer.completeReissue();
});
afterAll(() => stack.close());

type Line = Readonly<Record<string, unknown>>;

/** The lines of an app's log that contain a text. */
async function linesOf(app: string, text: string): Promise<Line[]> {
  const log = await readFile(join(stateFolder(), 'logs', `${app}.log`), 'utf8');
  return log
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes(text))
    .map((line) => JSON.parse(line) as Line);
}

it('One trace id finds the lines of a call in gateway, worker and signer, with reissue, front end and step', async () => {
  const { reissueId } = customer;
  const { trace_id: traceId } = await stack.db
    .selectFrom('received_call')
    .select('trace_id')
    .where('reissue_id', '=', reissueId)
    .where('kind', 'in', ['requestCertificate', 'apply'])
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  const wanted = [
    ['gateway', 'request'],
    ['worker', 'activity'],
    ['signer', 'certificate issued'],
  ] as const;
  for (const [app, msg] of wanted) {
    const line = await until(`a line of the ${app}`, async () => {
      const lines = await linesOf(app, traceId!);
      return lines.find((one) => one['msg'] === msg && one['frontEnd'] !== undefined);
    });
    expect(line).toMatchObject({
      ...{ traceId, reissueId, frontEnd: expect.any(String), step: expect.any(String) },
    });
  }
});
