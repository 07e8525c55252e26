/** Addresses at which relying parties get an issuing CA's certificate and the status of its certificates. */
export interface StatusAddresses {
  /** The CRL of one shard. */
  crl(shard: number): string;
  /** The OCSP responder (RFC 6960). */
  readonly ocsp: string;
  /** The certificate of the issuing CA, in DER. */
  readonly issuerCertificate: string;
  /** The CRL of the root, which has no shards. */
  readonly rootCrl: string;
}

/**
 * The addresses, below that of the status app. Certificates contain them until they expire, and a CRL repeats its own
 * address exactly, so that their form never changes.
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
