import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from '@jest/globals';
import { environmentOf } from '../support/app-environment.js';
import { connectToStack } from '../support/running-stack.js';

const stack = connectToStack();
afterAll(() => stack.close());

const entriesOf = (action: string) =>
  stack.db
    .selectFrom('authority_entry')
    .select(['actor', 'details'])
    .where('action', '=', action)
    .orderBy('position')
    .execute() as unknown as Promise<{ actor: string; details: Record<string, unknown> }[]>;

it('Every process records its configuration and the digest of it', async () => {
  const starts = await entriesOf('startProcess');
  expect(new Set(starts.map(({ actor }) => actor))).toEqual(
    new Set(['gateway', 'ops', 'worker', 'signer', 'status']),
  );
  for (const { details } of starts) {
    expect(details['configurationDigest']).toMatch(/^[0-9a-f]{64}$/);
    expect(details['configuration']).toMatchObject({ logLevel: expect.any(String) });
  }
});

it('A recorded configuration holds no password and no private key', async () => {
  const recorded = (await entriesOf('startProcess')).map(({ details }) => JSON.stringify(details));
  for (const text of recorded) {
    expect(text).not.toMatch(/"(d|p|q|k)":/);
    expect(text).not.toMatch(/:\/\/[^/"@]+:[^/"@]+@/);
    expect(text).not.toMatch(/assphrase":"(?!set")/);
  }
});

it('Keys that sign, seal or open are recorded with the process that uses them', async () => {
  const used = (await entriesOf('useKey')).map(
    ({ actor, details }) => `${actor} ${String(details['setting'])}`,
  );
  expect(new Set(used)).toEqual(
    new Set([
      'gateway codecKeys',
      'gateway tokenKey',
      'ops codecKeys',
      'signer caDirectory',
      'signer codecKeys',
      'worker auditKeys',
      'worker codecKeys',
      'worker receiptKeys',
      'worker registryKeys',
      'worker vaultKeys',
    ]),
  );
});

/** Starts a program of the stack once more, in a changed environment in which it must exit at its start. */
async function startOf(
  program: string,
  app: string,
  changes: Readonly<Record<string, string>>,
): Promise<{ code: unknown; said: string }> {
  const env = { PATH: process.env.PATH, ...environmentOf(app), ...changes };
  const child = spawn(process.execPath, [`dist/apps/${program}.js`, 'status'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, said };
}

it.each([
  ...['gateway', 'ops', 'worker', 'signer', 'status', 'sandbox'].map(
    (app) => [`${app}/src/main`, app] as const,
  ),
  ['signer/src/ca/main', 'ca'] as const,
])('%s ends with code 78 and one line if RESEAL_ENV is missing', async (program, app) => {
  const { code, said } = await startOf(program, app, { RESEAL_ENV: '' });
  expect(said.trim().split('\n')).toEqual([
    'The configuration is not usable:',
    expect.stringMatching(/^ {2}RESEAL_ENV is missing/),
  ]);
  expect(code).toBe(78);
});

it('A worker in production refuses the sandbox of the local stack', async () => {
  const { code, said } = await startOf('worker/src/main', 'worker', { RESEAL_ENV: 'production' });
  for (const key of ['TELECOM', 'ONE_WON', 'DOCUMENT', 'SMS', 'SMTP'])
    expect(said).toContain(`RESEAL_${key}_URL`);
  expect(code).toBe(78);
});
