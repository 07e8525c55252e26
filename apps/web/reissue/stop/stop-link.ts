/** A link of a message, by which the customer stops a reissue. */
export interface StopLink {
  readonly reissueId: string;
  readonly token: string;
}

const pattern = /^#stop=(ri_[0-9a-f]{32})\.([\w-]{16,64})$/;

/** The link that opened the page; undefined if another one did. @param hash the fragment of the page's address */
export function stopLinkOf(hash: string): StopLink | undefined {
  const [, reissueId, token] = pattern.exec(hash) ?? [];
  return reissueId && token ? { reissueId, token } : undefined;
}
