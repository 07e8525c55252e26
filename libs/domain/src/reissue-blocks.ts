/** Who blocks the online reissues of a person. Each source blocks by itself. */
export const blockSources = ['customer', 'operator', 'bank-event', 'stop-link'] as const;
export type BlockSource = (typeof blockSources)[number];

/** Why the online reissues of a person are blocked. */
export const blockReasons = [
  'REQUESTED_BY_CUSTOMER',
  'FRAUD_SUSPECTED',
  'REISSUE_STOPPED',
  'CUSTOMER_DECEASED',
  'ACCOUNT_CLOSED',
  'OTHER',
] as const;
export type BlockReason = (typeof blockReasons)[number];
