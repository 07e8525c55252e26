import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCustomerEventHandler } from '#activities/customer-events';
import { inTransaction } from '#libs/db';
import { blockOf, customerFacts } from '#libs/db/customers';
import {
  blockingFacts,
  customerEventEffects,
  customerEventKinds,
  finalStates,
  openStates,
  type CustomerEventKind,
  type State,
} from '#libs/domain';
import { sql } from 'kysely';
import { requireWait } from '../../support/waiting-reissue.js';
import { bankCustomer, bankEvent, type BankCustomer } from '../../world/bank-events.js';
import { day, minute } from '../../world/movable-clock.js';
import { perform } from '../../world/perform.js';
import { receiveMessage } from '../../world/receive-message.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
/** The ids of the workflows that were signalled. */
const informed: string[] = [];
let handle: ReturnType<typeof createCustomerEventHandler>;
beforeAll(async () => {
  world = await createWorld();
  const signal = (workflowId: string) => ({
    signal: () => Promise.resolve(void informed.push(workflowId)),
  });
  handle = createCustomerEventHandler({
    db: world.as('worker'),
    clock: world.clock.now,
    temporal: { workflow: { getHandle: signal } } as never,
    outbox: world.outbox,
    logger: { warn: () => undefined },
  });
});
afterAll(() => world.close());

const now = () => world.clock.now();
const minutesAgo = (minutes: number) => new Date(now().getTime() - minutes * minute);
const send = (kind: CustomerEventKind, person: BankCustomer, time = now()) =>
  handle(bankEvent(kind, person, { time }));

/** A reissue of this person in `state`. */
async function reissueIn(person: BankCustomer, state: State): Promise<string> {
  if (state === 'ISSUING' || state === 'COOLING_OFF') {
    const applicant = await walkTo(world, person, 'KEY_REQUIRED');
    const { reissueId } = applicant;
    if (state === 'COOLING_OFF') await requireWait(world.owner, reissueId);
    const message = await receiveMessage(world, reissueId, await applicant.requestCertificate());
    await world.activities.requestCertificate(reissueId, message);
    return reissueId;
  }
  if ((openStates as readonly State[]).includes(state) || state === 'REGISTERED')
    return (await walkTo(world, person, state as 'REGISTERED')).reissueId;
  const applicant = await walkTo(world, person, 'PASSWORD_REQUIRED');
  await perform(world, applicant.reissueId, applicant.cancel());
  // The events only see that it has ended.
  await world.owner
    .updateTable('reissue')
    .set({ state })
    .where('reissue_id', '=', applicant.reissueId)
    .execute();
  return applicant.reissueId;
}

const reissue = (reissueId: string) =>
  world.owner
    .selectFrom('reissue')
    .select(['state', 'end_code'])
    .where('reissue_id', '=', reissueId)
    .executeTakeFirstOrThrow();
const certificatesOf = ({ customerId }: BankCustomer) =>
  world.owner
    .selectFrom('certificate')
    .select(['serial', 'hold_at', 'revoked_at', 'revocation_reason'])
    .where('customer_id', '=', customerId)
    .where('state', '=', 'STORED')
    .orderBy('created_at')
    .execute();
const blockIn = ({ customerRef }: BankCustomer) =>
  inTransaction(world.owner, (tx) => blockOf(tx, customerRef));
const entriesOf = ({ customerRef }: BankCustomer) =>
  world.owner
    .selectFrom('authority_entry')
    .select(['action', 'actor', 'outcome', 'details'])
    .where(sql`details->>'customerRef'`, '=', customerRef)
    .orderBy('position')
    .execute();
const received = ({ customerRef }: BankCustomer) =>
  world.owner
    .selectFrom('received_event')
    .select(['type', 'outcome', 'reissue_ids'])
    .where('customer_ref', '=', customerRef)
    .orderBy('handled_at')
    .execute();

describe('an event of the bank about a customer', () => {
  const states: readonly State[] = [...openStates, ...finalStates];
  const cells = customerEventKinds.flatMap((kind) => states.map((state) => [kind, state] as const));

  it.each(cells)('%s while a reissue is %s has its effect once', async (kind, state) => {
    const person = await bankCustomer(world);
    const reissueId = await reissueIn(person, state);
    const before = await reissue(reissueId);
    const { reissues, certificates, fact, becomes } = customerEventEffects[kind];
    const event = bankEvent(kind, person, { time: now() });
    informed.length = 0;

    const cancels = reissues === 'CANCEL' && (openStates as readonly State[]).includes(state);
    const ends = cancels && state !== 'IDENTITY_REQUIRED' ? [reissueId] : [];
    await expect(handle(event)).resolves.toEqual({ outcome: 'DONE', reissueIds: ends });
    await expect(handle(event)).resolves.toEqual({ outcome: 'REPEATED', reissueIds: ends });

    const ended = { state: state === 'ISSUED' ? 'WITHDRAWN' : 'CANCELLED', end_code: 'CANCELLED_BY_BANK' };
    expect(await reissue(reissueId)).toEqual(ends.length > 0 ? ended : before);
    expect(informed).toEqual([...ends, ...ends].map((id) => `reissue/${id}`));
    for (const { hold_at, revoked_at, revocation_reason } of await certificatesOf(person)) {
      const withdrawn = revocation_reason === 'cessationOfOperation' || revocation_reason === 'superseded';
      if (certificates === 'REVOKE') expect(withdrawn).toBe(true);
      if (certificates === 'HOLD') expect(revoked_at !== null || hold_at !== null).toBe(true);
      if (certificates === 'KEEP' || certificates === 'RELEASE') expect(hold_at).toBeNull();
    }
    const blocks = becomes === 'TRUE' ? blockingFacts[fact] : undefined;
    expect((await blockIn(person))?.reason).toBe(blocks);
    const { since } = await customerFacts(world.owner, person.customerRef);
    expect(since[fact]).toEqual(becomes === 'TRUE' ? event.time : undefined);
    expect(await received(person)).toEqual([{ type: event.type, outcome: 'DONE', reissue_ids: ends }]);
    const entries = (await entriesOf(person)).filter(({ action }) => action === 'receiveCustomerEvent');
    expect(entries).toMatchObject([
      { actor: 'system', outcome: 'DONE', details: { event: { id: event.id } } },
    ]);
  });

  it.each(customerEventKinds)('%s about a person without a reissue takes effect', async (kind) => {
    const person = await bankCustomer(world);
    await expect(send(kind, person)).resolves.toEqual({ outcome: 'DONE', reissueIds: [] });
    const [certificate] = await certificatesOf(person);
    const { certificates } = customerEventEffects[kind];
    expect(certificate).toMatchObject({
      hold_at: certificates === 'HOLD' ? now() : null,
      revoked_at: certificates === 'REVOKE' ? now() : null,
    });
  });

  it('The customer is notified of the reissue that the bank cancelled', async () => {
    const person = await bankCustomer(world);
    const { reissueId } = await walkTo(world, person, 'CONSENT_REQUIRED');
    await send('fraud-suspected', person);
    await world.outbox.idle();
    const sent = world.outside.messenger.texts.filter(({ messageId }) => messageId.startsWith(reissueId));
    expect(sent.map(({ messageId }) => messageId)).toContain(`${reissueId}.CANCELLED`);
  });

  it('An event about a customer whom the registry does not know is remembered and changes nothing', async () => {
    const event = bankEvent('fraud-suspected', { bankId: 'K-unknown' }, { time: now() });
    await expect(handle(event)).resolves.toEqual({ outcome: 'UNKNOWN_CUSTOMER', reissueIds: [] });
    await expect(handle(event)).resolves.toEqual({ outcome: 'REPEATED', reissueIds: [] });
  });

  it('The same event that is handled twice at once has one effect', async () => {
    const person = await bankCustomer(world);
    await walkTo(world, person, 'KEY_REQUIRED');
    const event = bankEvent('fraud-suspected', person, { time: now() });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => handle(event)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      'DONE',
      ...Array<string>(4).fill('REPEATED'),
    ]);
    const holds = (await entriesOf(person)).filter(({ action }) => action === 'receiveCustomerEvent');
    expect(holds).toHaveLength(1);
  });
});

describe('suspected fraud', () => {
  it('The certificate that suspected fraud held is released when it is cleared', async () => {
    const person = await bankCustomer(world);
    await send('fraud-suspected', person, minutesAgo(2));
    expect((await certificatesOf(person))[0]?.hold_at).not.toBeNull();
    world.clock.advance(minute);
    await send('fraud-suspected', person, minutesAgo(1)); // again: the certificate is held already
    await send('fraud-cleared', person);
    expect((await certificatesOf(person))[0]?.hold_at).toBeNull();
    expect((await customerFacts(world.owner, person.customerRef)).since).toEqual({});
  });

  it('A certificate that was on hold for another reason stays so when fraud is cleared', async () => {
    const person = await bankCustomer(world);
    const before = minutesAgo(60);
    await world.owner
      .updateTable('certificate')
      .set({ hold_at: before })
      .where('serial', '=', person.oldSerial!)
      .execute();
    await send('fraud-suspected', person, minutesAgo(2));
    await send('fraud-cleared', person, minutesAgo(1));
    expect((await certificatesOf(person))[0]?.hold_at).toEqual(before);
  });

  it('A certificate that was released and held again meanwhile stays on hold when fraud is cleared', async () => {
    const person = await bankCustomer(world);
    await send('fraud-suspected', person, minutesAgo(2));
    const later = new Date(now().getTime() + 1_000);
    await world.owner
      .updateTable('certificate')
      .set({ hold_at: later })
      .where('serial', '=', person.oldSerial!)
      .execute();
    await send('fraud-cleared', person);
    expect((await certificatesOf(person))[0]?.hold_at).toEqual(later);
  });

  it('A person under suspicion is refused after identity, and no longer when it is cleared', async () => {
    const person = await bankCustomer(world);
    await send('fraud-suspected', person, minutesAgo(2));
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED');
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    await perform(world, applicant.reissueId, message);
    expect(await reissue(applicant.reissueId)).toEqual({ state: 'REJECTED', end_code: 'REISSUES_BLOCKED' });
    await send('fraud-cleared', person, minutesAgo(1));
    await walkTo(world, person, 'PASSWORD_REQUIRED');
  });

  it('The block of a customer who has died stays when a suspicion is cleared', async () => {
    const person = await bankCustomer(world);
    await send('fraud-suspected', person, minutesAgo(3));
    await send('customer-deceased', person, minutesAgo(2));
    await send('fraud-cleared', person, minutesAgo(1));
    expect(await blockIn(person)).toMatchObject({ source: 'bank-event' });
  });

  it('A suspicion that arrives after it was cleared changes nothing', async () => {
    const person = await bankCustomer(world);
    const { reissueId } = await walkTo(world, person, 'KEY_REQUIRED');
    await send('fraud-cleared', person, minutesAgo(1));
    await expect(send('fraud-suspected', person, minutesAgo(2))).resolves.toEqual({
      ...{ outcome: 'OUTDATED', reissueIds: [] },
    });
    expect(await reissue(reissueId)).toMatchObject({ state: 'KEY_REQUIRED' });
    expect((await certificatesOf(person))[0]?.hold_at).toBeNull();
  });

  it('An event that comes again long after it was forgotten changes nothing', async () => {
    const person = await bankCustomer(world);
    const suspected = bankEvent('fraud-suspected', person, { time: minutesAgo(2) });
    const cleared = bankEvent('fraud-cleared', person, { time: minutesAgo(1) });
    for (const event of [suspected, cleared]) await handle(event);
    await world.owner.deleteFrom('received_event').where('customer_ref', '=', person.customerRef).execute();
    for (const event of [suspected, cleared])
      await expect(handle(event)).resolves.toMatchObject({ outcome: 'OUTDATED' });
    expect((await certificatesOf(person))[0]?.hold_at).toBeNull();
  });
});

describe('facts', () => {
  it('A changed contact keeps the contact that was on file', async () => {
    const person = await bankCustomer(world);
    await send('contact-changed', person);
    const { formerContact } = await customerFacts(world.owner, person.customerRef);
    expect(formerContact).toEqual({ mobile: person.mobile, email: `${person.mobile}@customer.example` });
  });

  it('A removed device forgets the devices that the customer used until then, and none that came later', async () => {
    const person = await bankCustomer(world);
    const seen = (device: string, at: Date) =>
      world.owner
        .insertInto('known_device')
        .values({ customer_id: person.customerId, device, first_seen_at: at, last_seen_at: at })
        .execute();
    await seen('before', minutesAgo(10));
    await seen('after', minutesAgo(1));
    await send('device-removed', person, minutesAgo(5));
    const left = await world.owner
      .selectFrom('known_device')
      .select('device')
      .where('customer_id', '=', person.customerId)
      .execute();
    expect(left).toEqual([{ device: 'after' }]);
  });

  // The last test of the file: it moves the clock.
  it('The former contact is forgotten after 90 days, and the event after 400', async () => {
    const person = await bankCustomer(world);
    await send('contact-changed', person);
    const purgeAfter = async (days: number) => {
      world.clock.advance(days * day);
      await world.activities.purgeExpired();
      const { formerContact } = await customerFacts(world.owner, person.customerRef);
      return [formerContact !== undefined, (await received(person)).length];
    };
    expect(await purgeAfter(89)).toEqual([true, 1]);
    expect(await purgeAfter(2)).toEqual([false, 1]);
    expect(await purgeAfter(310)).toEqual([false, 0]);
    expect((await customerFacts(world.owner, person.customerRef)).since).toHaveProperty('CONTACT_CHANGED');
  });
});
