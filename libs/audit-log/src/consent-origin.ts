/** Address and user agent of a consent. An empty address means that both were purged; the result is then empty. */
export const consentOrigin = ({ address, agent }: { readonly address: string; readonly agent: string }) =>
  address === '' ? {} : { address, agent };
