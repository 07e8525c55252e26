import { hash } from 'node:crypto';
import { z } from 'zod';
import type { SubjectKey } from './subject-key.js';

/** Lengths of the two kinds of hashes in hexadecimal digits. */
const modulusHashLength = 20;
const keyHashLength = 64;

/**
 * A list of publicly known keys that no mathematical check finds, such as those of Debian's OpenSSL (CVE-2008-0166). The
 * list is text with one hash per line, in lower-case hexadecimal; `#` starts a comment. Two kinds of hashes can be mixed:
 *
 * - 20 digits, as in Debian's package `openssl-blacklist`: the last 80 bits of the SHA-1 of the output of
 *   `openssl rsa -noout -modulus`;
 * - 64 digits, for keys of any type: the SHA-256 of the DER SubjectPublicKeyInfo.
 */
export class WeakKeyList {
  /** Digest of the list for the audit trail, which does not record the list itself. */
  readonly sha256: string;
  readonly size: number;
  // Private at run time too: the audit trail records the members of a configuration.
  readonly #hashes: ReadonlySet<string>;

  /** @throws SyntaxError with the first line that is not a hash, or if there is no hash */
  constructor(text: string) {
    const lines = text.split('\n').map((line) => line.trim());
    const wrong = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !isHash(line));
    if (wrong >= 0) throw new SyntaxError(`line ${wrong + 1} is not a hash of 20 or 64 lower-case digits`);
    this.#hashes = new Set(lines.filter(isHash));
    this.size = this.#hashes.size;
    if (this.size === 0) throw new SyntaxError('it has no hash');
    this.sha256 = hash('sha256', text, 'hex');
  }

  has({ spki, publicKey }: Pick<SubjectKey, 'spki' | 'publicKey'>): boolean {
    if (this.#hashes.has(hash('sha256', spki, 'hex'))) return true;
    const { n } = publicKey.export({ format: 'jwk' });
    return n !== undefined && this.#hashes.has(modulusHash(Buffer.from(n, 'base64url')));
  }
}

const isHash = (line: string) =>
  (line.length === modulusHashLength || line.length === keyHashLength) && /^[0-9a-f]+$/.test(line);

const modulusHash = (modulus: Buffer) =>
  hash('sha1', `Modulus=${modulus.toString('hex').toUpperCase()}\n`, 'hex').slice(-modulusHashLength);

/** The setting with the list of keys that get no certificate. */
export const weakKeysConfig = {
  weakKeys: z
    .string()
    .transform((text, context) => {
      try {
        return new WeakKeyList(text);
      } catch (error) {
        context.addIssue({
          code: 'custom',
          message: `is not a list of weak keys: ${(error as Error).message}`,
        });
        return z.NEVER;
      }
    })
    .optional()
    .describe(
      'Publicly known keys, which get no certificate. One hash per line, as in Debian’s `openssl-blacklist` (CVE-2008-0166), or the SHA-256 of the SubjectPublicKeyInfo. Best given by file.',
    ),
};
