/**
 * The file is sound as far as can be seen, but made in a way that this library does not read. No password was tried:
 * telling its holder that the password is wrong would have them try until they are locked out elsewhere.
 */
export class NpkiUnsupportedError extends Error {
  override readonly name = 'NpkiUnsupportedError';

  /** @param what e.g. `encryption 1.2.840.113549.1.12.1.1` */
  constructor(readonly what: string) {
    super(`the file uses ${what}, which is not supported`);
  }
}
