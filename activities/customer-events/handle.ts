import {
  blockingFacts,
  customerEventEffects,
  type Clock,
  type CustomerEventEffect,
  type CustomerEventOutcome,
  type CustomerFactKind,
} from '#libs/domain';
import type { CustomerEvent } from '#libs/contracts';
import { inTransaction, type RoleDatabase, type RoleTx } from '#libs/db';
import { appendAuthorityEntry } from '#libs/db/audit';
import { serialsInForceOf } from '#libs/db/certificates';
import {
  blockReissues,
  customerFacts,
  findCustomerFact,
  findReceivedEvent,
  insertReceivedEvent,
  liftBlock,
  lockCustomerByBankId,
  putCustomerFact,
  type CustomerFactRow,
  type CustomerRow,
} from '#libs/db/customers';
import { forgetKnownDevices } from '#libs/db/identity';
import { openReissuesOf } from '#libs/db/reissues';
import { changeOneIn, type StatusChange } from '#activities/revocation';
import { endReissue } from '#activities/step';

/** The result of handling an event. */
export interface HandledEvent {
  /** `REPEATED`: it was handled before, and nothing changed now. */
  readonly outcome: CustomerEventOutcome | 'REPEATED';
  /** The reissues that the event ended, now or when it was handled first. */
  readonly reissueIds: readonly string[];
}

interface HandlingContext {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
}

/**
 * Handles an event of the bank about a customer in one transaction: its effects, the fact, the audit entry, and the row by
 * which a repetition is recognised. An event that is older than one about the same fact changes nothing, so that the order
 * of arrival makes no difference.
 */
export const handleCustomerEvent = (
  { db, clock }: HandlingContext,
  event: CustomerEvent,
): Promise<HandledEvent> =>
  inTransaction(db, async (tx) => {
    const [customer, handled] = await Promise.all([
      lockCustomerByBankId(tx, event.customerId),
      findReceivedEvent(tx, event.source, event.id),
    ]);
    if (handled) return { outcome: 'REPEATED', reissueIds: handled.reissue_ids };
    const now = clock();
    const done = customer
      ? await applyToCustomer(tx, event, customer, now)
      : ({ outcome: 'UNKNOWN_CUSTOMER', reissueIds: [] } as const);
    await insertReceivedEvent(tx, {
      source: event.source,
      id: event.id,
      type: event.type,
      customer_ref: customer?.customer_ref ?? null,
      occurred_at: event.time,
      handled_at: now,
      outcome: done.outcome,
      reissue_ids: [...done.reissueIds],
    });
    return done;
  });

interface AppliedEvent {
  readonly outcome: CustomerEventOutcome;
  readonly reissueIds: readonly string[];
}

async function applyToCustomer(
  tx: RoleTx<'worker'>,
  event: CustomerEvent,
  customer: CustomerRow,
  now: Date,
): Promise<AppliedEvent> {
  const effect = customerEventEffects[event.kind];
  const fact = await findCustomerFact(tx, customer.customer_ref, effect.fact);
  if (fact && isOutdated(event, fact)) return { outcome: 'OUTDATED', reissueIds: [] };

  const reissueIds =
    effect.reissues === 'CANCEL' ? await cancelReissues(tx, event, customer.customer_id, now) : [];
  const serials = await changeCertificates(tx, { event, effect, fact, customer, now });
  const devices =
    effect.devices === 'FORGET' ? await forgetKnownDevices(tx, customer.customer_id, event.time) : 0;
  await putCustomerFact(tx, factAfter({ event, effect, fact, customer, now }, serials));
  if (effect.fact in blockingFacts) await blockByFacts(tx, customer.customer_ref, event, now);
  await appendAuthorityEntry(tx, {
    ...{ actor: 'system', action: 'receiveCustomerEvent', outcome: 'DONE', occurredAt: now },
    details: {
      customerRef: customer.customer_ref,
      ...namedIn(event),
      time: event.time.toISOString(),
      ...(reissueIds.length > 0 ? { reissueIds } : {}),
      ...(serials.length > 0 ? { serials } : {}),
      ...(devices > 0 ? { devices } : {}),
    },
  });
  return { outcome: 'DONE', reissueIds };
}

/** How audit entries name the event. */
const namedIn = ({ source, id, type }: CustomerEvent) => ({ event: { source, id, type } });

/** Whether a later event about the fact was handled, or this one. Two events of the same time count in their order of arrival. */
const isOutdated = (event: CustomerEvent, fact: CustomerFactRow): boolean =>
  fact.event_time > event.time ||
  (fact.event_time.getTime() === event.time.getTime() &&
    fact.event_source === event.source &&
    fact.event_id === event.id);

async function cancelReissues(
  tx: RoleTx<'worker'>,
  event: CustomerEvent,
  customerId: string,
  now: Date,
): Promise<string[]> {
  const open = await openReissuesOf(tx, customerId);
  for (const reissue of open)
    await endReissue(tx, reissue, 'cancel', now, {
      actor: 'system',
      code: 'CANCELLED_BY_BANK',
      details: namedIn(event),
    });
  return open.map(({ reissue_id }) => reissue_id);
}

/** Blocks online reissues of the customer while a fact holds that blocks them. */
async function blockByFacts(
  tx: RoleTx<'worker'>,
  customerRef: string,
  { type: comment }: CustomerEvent,
  at: Date,
): Promise<void> {
  const about = { customerRef, by: 'system', at, comment };
  const { since } = await customerFacts(tx, customerRef);
  const kinds = Object.keys(blockingFacts) as CustomerFactKind[];
  const kind = kinds.find((each) => since[each]);
  const reason = kind && blockingFacts[kind];
  if (reason) await blockReissues(tx, { ...about, source: 'bank-event', reason });
  else await liftBlock(tx, { ...about, sources: ['bank-event'] });
}

/** What the parts of an event's effect work with. */
interface Applied {
  readonly event: CustomerEvent;
  readonly effect: CustomerEventEffect;
  /** The fact as the last event about it left it. */
  readonly fact: CustomerFactRow | undefined;
  readonly customer: CustomerRow;
  readonly now: Date;
}

const statusChanges: Readonly<Record<Exclude<CustomerEventEffect['certificates'], 'KEEP'>, StatusChange>> = {
  HOLD: { act: 'hold' },
  RELEASE: { act: 'release' },
  REVOKE: { act: 'revoke', reason: 'cessationOfOperation' },
};

/** Changes the certificates in force. @returns the serials of those that changed */
async function changeCertificates(
  tx: RoleTx<'worker'>,
  { event, effect, fact, customer, now }: Applied,
): Promise<string[]> {
  if (effect.certificates === 'KEEP') return [];
  const change = statusChanges[effect.certificates];
  const heldByFact = new Set(fact?.held_at.map((at) => at.getTime()));
  const changed: string[] = [];
  for (const serial of await serialsInForceOf(tx, customer.customer_id, now)) {
    const { outcome } = await changeOneIn(
      tx,
      { serial, change, actor: 'system', now },
      {
        policy: 'CUSTOMER_EVENT',
        comment: event.type,
        ...(change.act === 'release' ? { onlyIfHeld: (since: Date) => heldByFact.has(since.getTime()) } : {}),
      },
    );
    if (outcome === 'DONE') changed.push(serial);
  }
  return changed;
}

function factAfter({ event, effect, fact, customer, now }: Applied, serials: readonly string[]) {
  const holds = effect.becomes === 'TRUE';
  const held = effect.certificates === 'HOLD' && serials.length > 0 ? [now] : [];
  const contact = effect.fact === 'CONTACT_CHANGED';
  return {
    customer_ref: customer.customer_ref,
    kind: effect.fact,
    since: holds ? event.time : null,
    event_source: event.source,
    event_id: event.id,
    event_time: event.time,
    held_at: holds ? [...(fact?.held_at ?? []), ...held] : [],
    // The registry learns the new contact from the bank's next file.
    former_mobile: contact ? customer.mobile : null,
    former_email: contact ? customer.email : null,
  };
}
