/** The bytes do not have the expected structure: they are cut off, damaged, or something else. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
