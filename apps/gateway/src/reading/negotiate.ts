interface Range {
  readonly type: string;
  readonly subtype: string;
  readonly weight: number;
}

/**
 * The offered media type that `accept` prefers (RFC 9110 section 12.5.1): by weight, then in the order offered.
 * Without a header the first; undefined if none is acceptable.
 */
export function negotiate<Offer extends string>(
  accept: string | undefined,
  offered: readonly Offer[],
): Offer | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').flatMap(parseRange);
  return offered
    .map((offer) => ({ offer, weight: weightOf(offer, ranges) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .at(0)?.offer;
}

function parseRange(text: string): Range[] {
  const [range = '', ...parameters] = text
    .trim()
    .toLowerCase()
    .split(/\s*;\s*/);
  const [, type, subtype] = /^([\w!#$&^.+*-]+)\/([\w!#$&^.+*-]+)$/.exec(range) ?? [];
  if (!type || !subtype) return [];
  const q = parameters.map((parameter) => /^q=([01](?:\.\d{0,3})?)$/.exec(parameter)?.[1]).find(Boolean);
  return [{ type, subtype, weight: q === undefined ? 1 : Math.min(1, Number(q)) }];
}

/** The weight of the most specific range that matches. */
function weightOf(offer: string, ranges: readonly Range[]): number {
  const [type, subtype] = offer.split('/');
  const matching =
    ranges.find((range) => range.type === type && range.subtype === subtype) ??
    ranges.find((range) => range.type === type && range.subtype === '*') ??
    ranges.find((range) => range.type === '*' && range.subtype === '*');
  return matching?.weight ?? 0;
}
