/** The bytes are not text in a supported encoding. */
export class NotText extends Error {
  override readonly name = 'NotText';
}

/**
 * Decodes text as editors and shells save it: UTF-8, with or without a byte order mark, or UTF-16, which PowerShell writes
 * to redirected files. Without a byte order mark, zero bytes in the first two characters indicate UTF-16, because JSON and
 * signatures start with ASCII (RFC 4627 section 3).
 *
 * @throws {NotText}
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new NotText('the file is not text in UTF-8 or UTF-16');
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
  return 'utf-8';
}
