import { parseHex } from './parse-input.js';

/** R as clients send it: 20 bytes in hexadecimal. @returns the same in lower case; undefined if it is none */
export function readVidRandom(text: string | undefined): string | undefined {
  const hex = text === undefined ? undefined : parseHex(text);
  return hex?.length === 40 ? hex : undefined;
}
