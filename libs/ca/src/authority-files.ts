import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Paths of the files of a certificate authority in the signer's directory. Each generation of the issuing CA has a pair
 * of files; there is no key file if the key is in a token.
 */
export function authorityFiles(directory: string) {
  return {
    rootCertificate: join(directory, 'root.crt'),
    issuingCertificate: (generation: number) => join(directory, `issuing-${generation}.crt`),
    issuingKey: (generation: number) => join(directory, `issuing-${generation}.key`),
    /** The root's CRL, in DER: revoked issuing CAs. */
    rootCrl: join(directory, 'root.crl'),
    /** All issuing CAs, the newest first, then the root; for apps that deliver certificates. */
    chain: join(directory, 'chain.pem'),
    /** Exists while a process makes a new generation. */
    lock: join(directory, 'rotation.lock'),
  };
}

/** Paths of the root's files: a separate directory that the signer never reads and that can be kept offline. */
export function rootFiles(directory: string) {
  return { certificate: join(directory, 'root.crt'), key: join(directory, 'root.key') };
}

/**
 * Paths of the files of the OCSP responder of one issuing CA; each issuing CA has its own pair.
 * @param keyId subject key identifier of the issuing CA, hexadecimal
 */
export function responderFiles(directory: string, keyId: string) {
  return {
    certificate: join(directory, `responder-${keyId}.crt`),
    key: join(directory, `responder-${keyId}.key`),
    /** Exists while a process renews the two. */
    lock: join(directory, `responder-${keyId}.lock`),
  };
}

/** The generations of the issuing CA that have a certificate in the directory, the newest first. */
export function generationsIn(directory: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => Number(/^issuing-([1-9]\d*)\.crt$/.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
    .sort((a, b) => b - a);
}
