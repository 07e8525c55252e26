/** What a bank configures about announcements of expiries. */
export interface ExpirySettings {
  /** On how many days before its expiry a certificate is announced. */
  readonly days: readonly number[];
  /** Public address of the customers' page. Without it nothing is announced. */
  readonly pageUrl: string | undefined;
  /** How many customers are notified in a second. */
  readonly perSecond: number;
}
