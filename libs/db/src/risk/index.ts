export { riskSigns } from './risk-signs.js';
export type { RiskSigns, SignOfMethod } from './risk-signs.js';
export { findRiskPolicies, insertRiskPolicy } from './risk-policies.js';
