import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { runTool, verdictOf } from '../support/audit-tools.js';
import type { Customer } from '../support/customer.js';
import { continueReissue, customersAtEachStep, expectCompletedOnce, ordinaryPath } from '../support/crowd.js';
import { Gateway } from '../support/gateway.js';
import { RotatingKeys } from '../support/rotating-keys.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl, type Component } from '../support/stack-control.js';
import { TemporalHistories } from '../support/temporal.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();
const patient = { patienceMs: 120_000 };
/** Those that have the keys; the ones that only open and verify come first. */
const holders: Component[] = ['worker', 'signer', 'ops', 'sandbox', 'gateway'];

let keys: RotatingKeys;
/** Each has made another number of calls before the rotation. */
let crowd: Customer[];
let before: Customer;

beforeAll(async () => {
  keys = await RotatingKeys.make();
  before = await stack.newCustomer();
  await continueReissue(before, ordinaryPath.length);
  crowd = await customersAtEachStep(stack);
});
afterAll(async () => {
  await control.restore(stack);
  await stack.close();
});

/** Restarts processes with the changed files. @param gateway settings of the gateway that are not files */
async function restart(those: readonly Component[], gateway: Record<string, string>): Promise<void> {
  await Promise.all(those.map((each) => control.stop(each)));
  await Promise.all(those.map((each) => control.start(each, each === 'gateway' ? gateway : {})));
}

/** Each customer makes the next call. */
const advance = () =>
  Promise.all(crowd.map((customer) => continueReissue(customer, callsOf(customer) + 1, patient)));
const callsOf = ({ reissue }: Customer) =>
  ordinaryPath.findIndex(({ state }) => state === reissue?.state) + 1;

/** The ids of the keys that encrypt the history of a reissue. */
async function codecKeysOf(reissueId: string): Promise<string[]> {
  const histories = await TemporalHistories.connect(stack.addresses.temporal);
  try {
    const ids = new Set<string>();
    JSON.stringify(await histories.of(reissueId), (key, value: unknown) => {
      if (key === 'encryption-key-id') ids.add(Buffer.from(value as string, 'base64').toString());
      return value;
    });
    return [...ids];
  } finally {
    await histories.close();
  }
}

/** What an auditor finds who has the evidence and the trust file only. */
async function verify(evidence: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'rotated-'));
  try {
    const [bundle, trust] = ['bundle.json', 'trust.json'].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    await writeFile(bundle, evidence);
    await writeFile(trust, (await runTool('trust', [])).stdout);
    return await runTool('verify', [bundle, '--trust', trust], { configured: false });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('the rotation of every key while reissues are open', () => {
  it('Reissues go on after all processes know the next keys', async () => {
    await restart(holders, keys.publish());
    await advance();
  });

  it('Reissues go on while some processes use the next keys and others only know them', async () => {
    const gateway = keys.use();
    await restart(['worker'], gateway);
    await advance();
    await restart(holders.slice(1), gateway);
  });

  it('Reissues that began before complete once, although their clients seal to a former key', async () => {
    await Promise.all(crowd.map((customer) => continueReissue(customer, ordinaryPath.length, patient)));
    await expectCompletedOnce(stack, crowd);
  });

  it('A new reissue uses the next keys only', async () => {
    const gateway = new Gateway(stack.addresses.gateway);
    expect((await gateway.keys()).keys.map(({ kid }) => kid)[0]).toBe(keys.ids.vault);
    const customer = await stack.newCustomer();
    await continueReissue(customer, ordinaryPath.length, patient);
    const receipts = await stack.db
      .selectFrom('consent_receipt')
      .select('jws')
      .where('reissue_id', '=', customer.reissueId)
      .execute();
    expect(receipts.length).toBeGreaterThan(0);
    for (const { jws } of receipts) expect(decodeProtectedHeader(jws).kid).toBe(keys.ids.receipts);
    expect(decodeProtectedHeader(customer.accessToken!).kid).toBe(keys.ids.token);
    expect(await codecKeysOf(customer.reissueId)).toEqual([keys.ids.codec]);
  });

  it('The evidence of a reissue from before the rotation is valid, with a checkpoint of the next audit key', async () => {
    const evidence = await runTool('evidence', [before.reissueId, '--as', 'audrey']);
    expect(evidence).toMatchObject({ code: 0, stderr: '' });
    const bundle = JSON.parse(evidence.stdout) as { checkpoint: string };
    expect(decodeProtectedHeader(bundle.checkpoint).kid).toBe(keys.ids.audit);
    expect(verdictOf(await verify(evidence.stdout)).findings).toEqual([]);
  });
});
