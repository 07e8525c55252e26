export { createRiskActivities } from './ask-provider.js';
export type { RiskActivities } from './ask-provider.js';
export { askForAdditionalMethod, decideOnRisk } from './decide.js';
export { knownMethods } from './facts.js';
export { Networks } from './networks.js';
export { RiskPolicies } from './policies.js';
export { createRiskProvider } from './provider.js';
export type { RiskProvider } from './provider.js';
export type { RiskContext } from './context.js';
