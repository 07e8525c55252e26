import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where the parts of a certificate authority lie in the signer's directory. Each generation of the issuing CA has
 * a pair of files; the key file is absent where the key is kept in a token.
 */
export function authorityFiles(directory: string) {
  return {
    rootCertificate: join(directory, 'root.crt'),
    issuingCertificate: (generation: number) => join(directory, `issuing-${generation}.crt`),
    issuingKey: (generation: number) => join(directory, `issuing-${generation}.key`),
    /** The root's CRL, in DER: issuing CAs that are revoked. */
    rootCrl: join(directory, 'root.crl'),
    /** All issuing CAs, the newest first, then the root; for those who hand certificates out. */
    chain: join(directory, 'chain.pem'),
    /** There while a process makes a new generation. */
    lock: join(directory, 'rotation.lock'),
  };
}

/** Where the root lies: a directory of its own, which the signer never sees and which may be taken away. */
export function rootFiles(directory: string) {
  return { certificate: join(directory, 'root.crt'), key: join(directory, 'root.key') };
}

/**
 * Where the OCSP responder of one issuing CA lies: who answers for several CAs finds one pair for each.
 * @param keyId subject key identifier of the issuing CA, hexadecimal
 */
export function responderFiles(directory: string, keyId: string) {
  return {
    certificate: join(directory, `responder-${keyId}.crt`),
    key: join(directory, `responder-${keyId}.key`),
    /** There while a process renews the two. */
    lock: join(directory, `responder-${keyId}.lock`),
  };
}

/** The generations of the issuing CA that have a certificate here, the newest first. */
export function generationsIn(directory: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => Number(/^issuing-([1-9]\d*)\.crt$/.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .sort((a, b) => b - a);
}
