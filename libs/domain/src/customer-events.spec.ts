import { describe, expect, it } from '@jest/globals';
import {
  blockingFacts,
  customerEventEffects,
  customerEventKinds,
  customerFactKinds,
} from './customer-events.js';

/** The effects, written by hand: fact, reissues, certificates, devices. */
const expected = {
  'contact-changed': 'CONTACT_CHANGED TRUE KEEP KEEP KEEP',
  'name-changed': 'NAME_CHANGED TRUE CANCEL KEEP KEEP',
  'account-closed': 'ACCOUNT_CLOSED TRUE CANCEL KEEP KEEP',
  'customer-deceased': 'DECEASED TRUE CANCEL REVOKE KEEP',
  'fraud-suspected': 'FRAUD_SUSPECTED TRUE CANCEL HOLD KEEP',
  'fraud-cleared': 'FRAUD_SUSPECTED FALSE KEEP RELEASE KEEP',
  'device-registered': 'DEVICE_REGISTERED TRUE KEEP KEEP KEEP',
  'device-removed': 'DEVICE_REMOVED TRUE KEEP KEEP FORGET',
};

describe('the effects of events about a customer', () => {
  it('Each kind of event has the listed effect', () => {
    const found = Object.fromEntries(
      Object.entries(customerEventEffects).map(([kind, each]) => [
        kind,
        [each.fact, each.becomes, each.reissues, each.certificates, each.devices].join(' '),
      ]),
    );
    expect(found).toEqual(expected);
    expect(Object.keys(found)).toEqual([...customerEventKinds]);
  });

  it('Each fact begins by some event', () => {
    const begun = Object.values(customerEventEffects)
      .filter(({ becomes }) => becomes === 'TRUE')
      .map(({ fact }) => fact);
    expect([...begun].sort()).toEqual([...customerFactKinds].sort());
  });

  it('Only a fact that ends reissues blocks further ones', () => {
    for (const { fact, reissues, becomes } of Object.values(customerEventEffects))
      if (becomes === 'TRUE' && fact in blockingFacts) expect(reissues).toBe('CANCEL');
    expect(blockingFacts).toEqual({
      DECEASED: 'CUSTOMER_DECEASED',
      ACCOUNT_CLOSED: 'ACCOUNT_CLOSED',
      FRAUD_SUSPECTED: 'FRAUD_SUSPECTED',
    });
  });

  it('A certificate is released only by an event that ends a fact', () => {
    for (const { becomes, certificates } of Object.values(customerEventEffects))
      expect(certificates === 'RELEASE').toBe(becomes === 'FALSE');
  });
});
