/** CRLReason (RFC 5280 section 5.3.1), as far as certificates here are revoked for it. */
export const crlReasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  /** Of a CA's own certificate alone. */
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;

export type CrlReason = keyof typeof crlReasonCodes;
