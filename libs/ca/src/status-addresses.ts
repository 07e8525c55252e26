/**
 * Where the status of certificates is published, below the address of the status app. Certificates carry these
 * addresses for as long as they are valid, so they never change their form.
 */

/** The CRL of one shard; `keyId` is the issuing CA's subject key identifier in hexadecimal. */
export const crlAddress = (statusUrl: string, keyId: string, shard: number) =>
  `${statusUrl}/crl/${keyId}/${shard}.crl`;

/** The OCSP responder. */
export const ocspAddress = (statusUrl: string) => `${statusUrl}/ocsp`;

/** The certificate of an issuing CA, in DER. */
export const issuerAddress = (statusUrl: string, keyId: string) => `${statusUrl}/ca/${keyId}.crt`;
