import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { bookmarkEvents, type Bookmark } from '../support/kafka.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { checkStorm } from '../support/storm/check-storm.js';
import { frozen, killed, providerDown, restarted } from '../support/storm/disturbances.js';
import type { StormReissue } from '../support/storm/follow-reissue.js';
import { runStorm, type Storm } from '../support/storm/run-storm.js';

jest.setTimeout(600_000);
const stack = connectToStack();
const control = new StackControl();
let bookmark: Bookmark;
const disturbances = [
  killed(control, 'worker'),
  frozen(control, 'signer', 2_000),
  killed(control, 'gateway'),
  providerDown(stack, 'sms', 2_000),
  restarted(control, 'status'),
  killed(control, 'postgres'),
];
let storm: Storm;

beforeAll(async () => {
  bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
  storm = await runStorm(stack, {
    reissues: 12,
    atOnce: 4,
    everyMs: 3_000,
    patienceMs: 120_000,
    disturbances,
  });
});
afterAll(async () => {
  await control.restore(stack);
  await stack.close();
});

it('Each disturbance happens while customers are under way', () => {
  expect(storm.reissues.length).toBeGreaterThanOrEqual(12);
  expect(new Set(storm.happened)).toEqual(new Set(disturbances.map(({ name }) => name)));
});

it('Customers complete while processes are killed, frozen or restarted one after the other', () => {
  expect(storm.reissues.flatMap(({ failure }) => failure ?? [])).toEqual([]);
});

it('Every acknowledged result is in database, Temporal, Kafka, OCSP, CRLs and audit log', async () => {
  expect(await checkStorm(stack, bookmark, storm.reissues)).toEqual([]);
});

it('The check finds an acknowledged result that is missing', async () => {
  const [one, other] = storm.reissues as [StormReissue, StormReissue];
  const mistaken: StormReissue = { ...one, certificate: other.certificate! };
  expect(await checkStorm(stack, bookmark, [mistaken])).toEqual([
    expect.stringContaining('the serials of its certificates'),
  ]);
});
