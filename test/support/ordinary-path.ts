import type { State } from '#libs/domain';
import type { Customer } from './customer.js';
import type { CallOptions } from './gateway.js';
import type { Answer } from './http.js';

/** The calls of an ordinary reissue, each with the state that it leads to. */
export const ordinaryPath: readonly {
  readonly state: State;
  readonly call: (customer: Customer, options?: CallOptions) => Promise<Answer>;
}[] = [
  { state: 'IDENTITY_REQUIRED', call: (customer, options) => customer.start({}, options) },
  { state: 'PASSWORD_REQUIRED', call: (customer, options) => customer.verify(undefined, options) },
  { state: 'CONSENT_REQUIRED', call: (customer, options) => customer.submitPassword(undefined, options) },
  { state: 'KEY_REQUIRED', call: (customer, options) => customer.giveConsents(undefined, options) },
  { state: 'ISSUED', call: (customer, options) => customer.requestCertificate(undefined, options) },
  { state: 'REGISTERED', call: (customer, options) => customer.register({}, options) },
];
