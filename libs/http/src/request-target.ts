/**
 * A request target as this server routes it. One in absolute form, which every server has to take (RFC 9112 section
 * 3.2.2), becomes its path and query.
 */
export function toOriginForm(target: string): string {
  if (target.startsWith('/')) return target;
  const url = URL.parse(target);
  return url && ['http:', 'https:'].includes(url.protocol) ? url.pathname + url.search : target;
}
