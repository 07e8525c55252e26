import { afterAll, expect, it } from '@jest/globals';
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

it('every process has put on record with which configuration it works, and under which digest', async () => {
  const starts = await entriesOf('startProcess');
  expect(new Set(starts.map(({ actor }) => actor))).toEqual(
    new Set(['gateway', 'ops', 'worker', 'signer', 'status']),
  );
  for (const { details } of starts) {
    expect(details['configurationDigest']).toMatch(/^[0-9a-f]{64}$/);
    expect(details['configuration']).toMatchObject({ logLevel: expect.any(String) });
  }
});

it('a configuration on record has no password and no private key in it', async () => {
  const recorded = (await entriesOf('startProcess')).map(({ details }) => JSON.stringify(details));
  for (const text of recorded) {
    expect(text).not.toMatch(/"(d|p|q|k)":/);
    expect(text).not.toMatch(/:\/\/[^/"@]+:[^/"@]+@/);
    expect(text).not.toMatch(/assphrase":"(?!set")/);
  }
});

it('keys that sign, seal or open are on record with who uses them', async () => {
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
