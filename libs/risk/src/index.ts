export { riskAnswerSchema, riskFactsSchema } from './facts-schema.js';
export { splitFacts } from './facts.js';
export type { RiskFacts } from './facts.js';
export { defaultRiskPolicy } from './policy.js';
export type { RiskOutcome, RiskPolicy } from './policy.js';
export { configuredRiskPolicySchema, riskOutcomeSchema, riskPolicySchema } from './policy-schema.js';
export { decideRisk, isStricter } from './decide.js';
export type { RiskAnswer } from './decide.js';
