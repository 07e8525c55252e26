/** Whether this is an R as clients send it: 20 bytes in hexadecimal. */
export function isVidRandom(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-fA-F]{40}$/.test(text);
}
