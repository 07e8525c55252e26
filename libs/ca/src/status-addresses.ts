/** Where relying parties learn what became of an issuing CA's certificates, and who it is. */
export interface StatusAddresses {
  /** The CRL of one shard. */
  crl(shard: number): string;
  /** The OCSP responder (RFC 6960). */
  readonly ocsp: string;
  /** The certificate of the issuing CA, in DER. */
  readonly issuerCertificate: string;
  /** The only CRL of a CA that certifies CAs: the root. */
  readonly rootCrl: string;
}

/**
 * The addresses below that of the status app. Certificates carry them for as long as they are valid, and a CRL
 * repeats its own letter for letter, so their form never changes.
 *
 * @param statusUrl address of the status app, without a slash at its end
 * @param keyId subject key identifier of the issuing CA, in hexadecimal
 */
export function statusAddresses(statusUrl: string, keyId: string): StatusAddresses {
  return {
    crl: (shard) => `${statusUrl}/crl/${keyId}/${shard}.crl`,
    ocsp: `${statusUrl}/ocsp`,
    issuerCertificate: `${statusUrl}/ca/${keyId}.crt`,
    rootCrl: `${statusUrl}/ca/${keyId}.crl`,
  };
}
