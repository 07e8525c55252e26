import type { BlockReason } from './reissue-blocks.js';

/** What the bank's own systems report about a customer: the middle of the type of an event. */
export const customerEventKinds = [
  'contact-changed',
  'name-changed',
  'account-closed',
  'customer-deceased',
  'fraud-suspected',
  'fraud-cleared',
  'device-registered',
  'device-removed',
] as const;
export type CustomerEventKind = (typeof customerEventKinds)[number];

/** What is known about a customer from the bank's events. */
export const customerFactKinds = [
  'CONTACT_CHANGED',
  'NAME_CHANGED',
  'ACCOUNT_CLOSED',
  'DECEASED',
  'FRAUD_SUSPECTED',
  'DEVICE_REGISTERED',
  'DEVICE_REMOVED',
] as const;
export type CustomerFactKind = (typeof customerFactKinds)[number];

/** What an event about a customer does. Everything happens in one transaction. */
export interface CustomerEventEffect {
  /** The fact that the event is about. Events about one fact take effect in the order of their times. */
  readonly fact: CustomerFactKind;
  /** Whether the fact begins to hold, or ends. */
  readonly becomes: 'TRUE' | 'FALSE';
  /**
   * Whether open reissues end: before ISSUED as cancelled, in ISSUED as withdrawn. One whose identity is not verified goes
   * on, so that a stranger who claims the identity learns nothing; a block refuses it then.
   */
  readonly reissues: 'KEEP' | 'CANCEL';
  /** What happens to certificates in force. A release ends only holds that the same fact caused. */
  readonly certificates: 'KEEP' | 'HOLD' | 'RELEASE' | 'REVOKE';
  /** Whether the devices on which the customer verified their identity become unknown. */
  readonly devices: 'KEEP' | 'FORGET';
}

const fact = (
  kind: CustomerFactKind,
  effect: Partial<Omit<CustomerEventEffect, 'fact'>> = {},
): CustomerEventEffect => ({
  fact: kind,
  ...{ becomes: 'TRUE', reissues: 'KEEP', certificates: 'KEEP', devices: 'KEEP' },
  ...effect,
});

/** The effect of each event about a customer. */
export const customerEventEffects: Readonly<Record<CustomerEventKind, CustomerEventEffect>> = {
  'contact-changed': fact('CONTACT_CHANGED'),
  // A certificate that is being issued would have the former name.
  'name-changed': fact('NAME_CHANGED', { reissues: 'CANCEL' }),
  // The certificate stays in force: its holder uses it elsewhere, too.
  'account-closed': fact('ACCOUNT_CLOSED', { reissues: 'CANCEL' }),
  'customer-deceased': fact('DECEASED', { reissues: 'CANCEL', certificates: 'REVOKE' }),
  'fraud-suspected': fact('FRAUD_SUSPECTED', { reissues: 'CANCEL', certificates: 'HOLD' }),
  'fraud-cleared': fact('FRAUD_SUSPECTED', { becomes: 'FALSE', certificates: 'RELEASE' }),
  'device-registered': fact('DEVICE_REGISTERED'),
  'device-removed': fact('DEVICE_REMOVED', { devices: 'FORGET' }),
};

/**
 * The facts that block online reissues of the customer, with the reason of the block. While one of them holds, an identity that is
 * verified is refused.
 */
export const blockingFacts: Readonly<Partial<Record<CustomerFactKind, BlockReason>>> = {
  DECEASED: 'CUSTOMER_DECEASED',
  ACCOUNT_CLOSED: 'ACCOUNT_CLOSED',
  FRAUD_SUSPECTED: 'FRAUD_SUSPECTED',
};

/** How the handling of an event about a customer ended. */
export const customerEventOutcomes = [
  'DONE',
  /** A later event about the same fact was handled before. Nothing changed. */
  'OUTDATED',
  /** The registry has no customer with this id of the bank, or only an erased one. Nothing changed. */
  'UNKNOWN_CUSTOMER',
] as const;
export type CustomerEventOutcome = (typeof customerEventOutcomes)[number];
