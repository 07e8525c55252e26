/** Address and user agent of a consent; empty once they were purged, which an empty address shows. */
export const consentOrigin = ({ address, agent }: { readonly address: string; readonly agent: string }) =>
  address === '' ? {} : { address, agent };
