/** CRLReason (RFC 5280 section 5.3.1): the reasons that are in use. */
export const crlReasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  /** Only for certificates of CAs. */
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;

export type CrlReason = keyof typeof crlReasonCodes;
