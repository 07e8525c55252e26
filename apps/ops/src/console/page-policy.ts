interface PagePolicy {
  /** Of this response only; styles that scripts add at run time carry it. */
  readonly nonce: string;
  /** Origin of the OpenID Connect issuer. */
  readonly issuer: string;
  /** Whether pages of the console may show it in a frame. */
  readonly framed: boolean;
}

/** The console's Content-Security-Policy: only its own files, and the issuer for tokens and the silent sign-in. */
export function pagePolicy({ nonce, issuer, framed }: PagePolicy): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${issuer}`,
    // The frame of a silent sign-in starts at the issuer and ends at the console's callback.
    `frame-src 'self' ${issuer}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framed ? "'self'" : "'none'"}`,
  ].join('; ');
}
