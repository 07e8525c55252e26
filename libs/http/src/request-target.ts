/**
 * Converts a request target to origin form. Of a target in absolute form, which every server has to accept (RFC 9112
 * section 3.2.2), path and query remain.
 */
export function toOriginForm(target: string): string {
  if (target.startsWith('/')) return target;
  const url = URL.parse(target);
  return url && ['http:', 'https:'].includes(url.protocol) ? url.pathname + url.search : target;
}
