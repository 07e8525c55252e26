/**
 * Caches the results of a parser by the parsed bytes: most parts of a certificate are equal in all certificates of its CA
 * and profile. The result may depend on the bytes only.
 *
 * @param keep whether to cache a result; parts that differ for each person are not cached
 */
export function memoizedByBytes<T>(
  read: (bytes: Buffer) => T,
  keep: (found: T) => boolean = () => true,
): (bytes: Buffer) => T {
  const met = new Map<string, T>();
  return (bytes) => {
    const key = bytes.toString('latin1');
    const known = met.get(key);
    if (known !== undefined) return known;
    const found = read(bytes);
    if (!keep(found)) return found;
    if (met.size >= 1000) met.clear();
    met.set(key, found);
    return found;
  };
}

/** Computes the result for each object once, however many rules use it. */
export function memoized<From extends object, Found>(work: (from: From) => Found): (from: From) => Found {
  const found = new WeakMap<From, { readonly value: Found }>();
  return (from) => {
    let kept = found.get(from);
    if (!kept) found.set(from, (kept = { value: work(from) }));
    return kept.value;
  };
}
