import Negotiator from 'negotiator';

/**
 * The offered media type that `accept` prefers (RFC 9110 section 12.5.1). Without a header, or with an empty one, the
 * first; undefined if none is acceptable.
 */
export function negotiate<Offer extends string>(
  accept: string | undefined,
  offered: readonly Offer[],
): Offer | undefined {
  if (!accept?.trim()) return offered[0];
  const wanted = new Negotiator({ headers: { accept } }).mediaType([...offered]);
  return offered.find((offer) => offer === wanted);
}
