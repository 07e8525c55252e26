import { join } from 'node:path';

/** Where the parts of a certificate authority lie in its directory. */
export function authorityFiles(directory: string) {
  return {
    rootCertificate: join(directory, 'root.crt'),
    rootKey: join(directory, 'root.key'),
    issuingCertificate: join(directory, 'issuing.crt'),
    issuingKey: join(directory, 'issuing.key'),
    /** Issuing CA, then root; for those who hand certificates out. */
    chain: join(directory, 'chain.pem'),
  };
}
