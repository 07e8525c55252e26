/** Why a reissue ended without a registered certificate. */
export const endCodes = [
  'IDENTITY_LOCKED',
  'IDENTITY_MISMATCH',
  'RRN_NOT_ON_FILE',
  'REISSUES_BLOCKED',
  'RISK_REFUSED',
  'ANOTHER_REISSUE_REGISTERED',
  'SUPERSEDED',
  'CANCELLED_BY_CUSTOMER',
  'CANCELLED_BY_BANK',
  'STOPPED_BY_CUSTOMER',
  'DEADLINE',
  'NOT_RETRIED',
  'ABANDONED_BY_OPERATOR',
  'WITHDRAWN_BY_OPERATOR',
] as const;
export type EndCode = (typeof endCodes)[number];
