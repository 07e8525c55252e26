import type { ReissueReason } from '#libs/client';

/** The reasons in the order in which the page offers them. */
export const reasons: readonly ReissueReason[] = ['EXPIRED', 'LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'];

/**
 * The reason that a link to the page fills in, such as the one in messages about the expiry of a certificate. The customer
 * may choose another. A value that is not a reason is ignored.
 *
 * @param search the query of the page's address
 */
export function reasonOfLink(search: string): ReissueReason | undefined {
  const value = new URLSearchParams(search).get('reason');
  return reasons.find((reason) => reason === value);
}
