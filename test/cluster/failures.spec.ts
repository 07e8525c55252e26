import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import {
  appsOn,
  Interruptions,
  leaderOf,
  otherThan,
  restartAllApps,
  untilLeading,
} from '../support/cluster.js';
import { bookmarkEvents, type Bookmark } from '../support/kafka.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl, type Component } from '../support/stack-control.js';
import { checkStorm } from '../support/storm/check-storm.js';
import { Load } from '../support/storm/load.js';
import { until } from '../support/until.js';

jest.setTimeout(400_000);
const stack = connectToStack();
const control = new StackControl();
/** Customers who are under way from the first test to the last. */
const load = new Load(stack, { atOnce: 2, pauseMs: 2_000, patienceMs: 240_000 });
const interruptions = new Interruptions(load);
let bookmark: Bookmark;

beforeAll(async () => {
  bookmark = await bookmarkEvents(stack.addresses.kafkaBrokers);
  load.start();
  await interruptions.during('none', async () => undefined);
});
afterEach(async () => {
  await control.restore(stack);
  expect(load.reissues.flatMap(({ failure }) => failure ?? [])).toEqual([]);
});
afterAll(async () => {
  await load.stop();
  await stack.close();
});

/** The events that were not published yet, of the reissues that the customers have begun. */
async function eventsWaiting(reissueIds: readonly string[]): Promise<number> {
  const waiting = stack.db
    .selectFrom('event')
    .select('sequence')
    .where('stream', 'in', reissueIds)
    .where('published_at', 'is', null);
  return (await waiting.execute()).length;
}

it.each<Component>(['signer-a', 'gateway-a', 'temporal-a'])(
  'Customers get their certificates while %s is dead',
  (victim) => interruptions.during(`${victim} killed`, () => control.kill(victim)),
);

it('Customers get their certificates while a broker is dead, and their events are published', async () => {
  await interruptions.during('kafka-b killed', () => control.kill('kafka-b'));
  const ids = load.reissues.flatMap(({ customer }) => customer.reissue?.id ?? []);
  await until('the events to be published', async () => (await eventsWaiting(ids)) === 0);
});

it('The other worker leads when the leading one dies', async () => {
  const leader = await leaderOf('reseal_relay_active');
  await interruptions.during('leading worker killed', async () => {
    await control.kill(`worker-${leader}`);
    await untilLeading(otherThan(leader), 'reseal_relay_active');
  });
});

it('The other worker leads when the leading one is frozen, which leads no more when it continues', async () => {
  const leader = await leaderOf('reseal_audit_sequencer_active');
  await interruptions.during('leading worker frozen', async () => {
    const thaw = await control.freeze(`worker-${leader}`);
    try {
      await untilLeading(otherThan(leader), 'reseal_audit_sequencer_active');
    } finally {
      thaw();
    }
    await untilLeading(leader, 'reseal_audit_sequencer_active', 0);
  });
});

it('The standby takes over when the primary of PostgreSQL dies, which then becomes its standby', async () => {
  await interruptions.during('postgres-a killed, standby promoted', async () => {
    await control.kill('postgres-a');
    await control.failOver();
  });
  await interruptions.during('postgres-a joins as the standby', () => control.start('postgres-a'));
});

it('Customers get their certificates while all other processes of a host are frozen', async () => {
  await interruptions.during('host a without PostgreSQL frozen', async () => {
    const thaw = await control.freeze(...appsOn('a'), 'temporal-a', 'kafka-a');
    try {
      await load.untilRegistered(3);
    } finally {
      thaw();
    }
  });
});

it('No call fails while one process of each app after the other is restarted', async () => {
  await load.untilRegistered(3);
  load.takeNoticed();
  await restartAllApps(control);
  expect(load.takeNoticed().failures).toEqual([]);
});

it('Every acknowledged result is in database, Temporal, Kafka, OCSP, CRLs and audit log, once', async () => {
  await load.stop();
  expect(await checkStorm(stack, bookmark, load.reissues)).toEqual([]);
  const parked = stack.db.selectFrom('reissue').select('reissue_id').where('parked_step', 'is not', null);
  expect(await parked.execute()).toEqual([]);
});
