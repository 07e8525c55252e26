export { callProvider } from './call-provider.js';
export type { ProviderOptions } from './call-provider.js';
export { isNotConnected } from './not-connected.js';
export { OutcomeUnknown, ProviderRefused, ProviderUnavailable } from './errors.js';
export type { Circuit, CircuitChange, CircuitOptions } from './provider-address.js';
export { addressName, measureCall } from './measure-call.js';
export type { OnCall } from './measure-call.js';
export { ProviderClient } from './provider-client.js';
export type { ProviderEndpoint, ProviderClientOptions, Task } from './provider-client.js';
