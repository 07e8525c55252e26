import { parseHex } from './parse-input.js';

/** Reads R, 20 bytes in hexadecimal, into lower case. @returns undefined if the text is not 20 bytes */
export function readVidRandom(text: string | undefined): string | undefined {
  const hex = text === undefined ? undefined : parseHex(text);
  return hex?.length === 40 ? hex : undefined;
}
