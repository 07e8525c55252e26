/** Bytes that are no text in an encoding that is known here. */
export class NotText extends Error {
  override readonly name = 'NotText';
}

/**
 * Text as editors and shells save it: UTF-8, with a byte order mark or without, or UTF-16, as PowerShell writes what is
 * redirected to a file. Without a byte order mark the zero bytes of the first two characters tell UTF-16, because JSON
 * and signatures begin with ASCII (RFC 4627 section 3).
 *
 * @throws {NotText}
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new NotText('it is not text in UTF-8 or UTF-16');
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
