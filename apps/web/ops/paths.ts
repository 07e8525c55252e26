/** The addresses of the console's pages. `routes.tsx` serves them, and links lead to them. */
export const paths = {
  home: '/',
  /** Where the issuer sends the browser after a sign-in. */
  callback: '/callback',
  reissues: '/reissues',
  operations: '/operations',
  certificates: '/certificates',
  authority: '/authority',
  webhooks: '/webhooks',
  audit: '/audit',
  evidence: '/evidence',
  reissue: (id: string) => `/reissues/${encodeURIComponent(id)}`,
  operation: (id: string) => `/operations/${encodeURIComponent(id)}`,
  certificate: (serial: string) => `/certificates/${encodeURIComponent(serial)}`,
  reissuesOf: (customerRef: string) => `/reissues?${new URLSearchParams({ customerRef })}`,
  certificatesOf: (customerRef: string) => `/certificates?${new URLSearchParams({ customerRef })}`,
  /** A part of the inventory. */
  certificatesIn: (part: string) => `/certificates?${new URLSearchParams({ part })}`,
  operationsIn: (state: string) => `/operations?${new URLSearchParams({ state })}`,
  /** Parked reissues, those that wait longest first. */
  parked: (step?: string) =>
    `/reissues?${new URLSearchParams({ ...(step === undefined ? { parked: 'true' } : { step }), sort: 'parkedSince' })}`,
} as const;
