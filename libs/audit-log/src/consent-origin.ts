/** From where a consent came; nothing once that was purged. Every call has an address, so that an empty one says so. */
export const consentOrigin = ({ address, agent }: { readonly address: string; readonly agent: string }) =>
  address === '' ? {} : { address, agent };
