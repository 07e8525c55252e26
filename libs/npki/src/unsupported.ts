/**
 * The file seems to be valid, but this library does not support its format. The password was not tried. Do not tell the
 * holder that it is wrong: further attempts elsewhere could lock the holder out.
 */
export class NpkiUnsupportedError extends Error {
  override readonly name = 'NpkiUnsupportedError';

  /** @param what e.g. `encryption 1.2.840.113549.1.12.1.1` */
  constructor(readonly what: string) {
    super(`the file uses ${what}, which is not supported`);
  }
}
