const linePattern = /.{1,64}/g;
const certificatePattern = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** DER as a PEM block (RFC 7468), with its line end. */
export function pemOf(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines = Buffer.from(der).toString('base64').match(linePattern) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Certificates one after the other: the leaf first, then the one that signed it, and so on. */
export function pemBundle(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => pemOf(der)).join('');
}

/** The certificates of a PEM bundle as DER, in their order; text between the blocks is skipped. */
export function parsePemBundle(pem: string): Buffer[] {
  return [...pem.matchAll(certificatePattern)].map(([, body]) => Buffer.from(body!, 'base64'));
}
