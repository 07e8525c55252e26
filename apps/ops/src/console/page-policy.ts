interface PagePolicy {
  /** Of this answer alone; styles made at run time carry it. */
  readonly nonce: string;
  /** The origin of who signs staff in. */
  readonly issuer: string;
  /** Whether a page of our own may hold it in a frame. */
  readonly framed: boolean;
}

/** The console's Content-Security-Policy: our own files, and the issuer's tokens and its frame, and nothing else. */
export function pagePolicy({ nonce, issuer, framed }: PagePolicy): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${issuer}`,
    // A silent sign-in begins at the issuer and ends at our own callback.
    `frame-src 'self' ${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framed ? "'self'" : "'none'"}`,
  ].join('; ');
}
